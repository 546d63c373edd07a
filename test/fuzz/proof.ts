export interface Proof {
  readonly planted: string;
  readonly found: boolean;
  readonly runs: number;
  readonly kind: string;
  readonly text: string;
}
export async function prove(_root: URL, _seed: number, _tell: (proof: Proof) => void): Promise<Proof[]> {
  return [];
}
