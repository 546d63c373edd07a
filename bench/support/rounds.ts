/** Rounds in which all contenders take turns, so that what else the machine does falls on each of them. */

/** What each contender has come to in one round. */
export type Round<Name extends string, Sample> = Readonly<Record<Name, Sample>>;

/** All of them, one after the other; in each round another one begins. */
export async function measureRound<Name extends string, Sample>(
  names: readonly Name[],
  round: number,
  measure: (name: Name) => Promise<Sample>,
): Promise<Round<Name, Sample>> {
  const first = round % names.length;
  const samples: Partial<Record<Name, Sample>> = {};
  for (const name of [...names.slice(first), ...names.slice(0, first)]) samples[name] = await measure(name);
  return samples as Record<Name, Sample>;
}
