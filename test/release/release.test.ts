// `npm run release`, in a small house with a registry of its own: what it shows, what it refuses, and what it leaves as it was.

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SmallHouse } from './small-house.ts';
import { SmallRegistry } from './small-registry.ts';

/** A dozen programs are started one after the other, on a machine that is busy with other tests. */
const LIMIT_MS = 120_000;

let template: SmallHouse;
/** The same, whose version 0.1.0 was prepared and committed. */
let prepared: SmallHouse;

function copyOf(original: SmallHouse): SmallHouse {
  const copy = new SmallHouse(original);
  onTestFinished(() => copy.remove());
  return copy;
}

beforeAll(async () => {
  template = new SmallHouse();
  prepared = new SmallHouse(template);
  expect(await prepared.release('--prepare')).toMatchObject({ code: 0 });
  prepared.commit();
}, LIMIT_MS);

afterAll(() => {
  template.remove();
  prepared.remove();
});

describe('npm run release', { timeout: LIMIT_MS }, () => {
  it('rehearses 2 packages in order of dependence with the sizes of their files, and changes nothing', async () => {
    const tried = copyOf(template);
    tried.write({ 'packages/zebra/dist/stale.js': 'export const stripes = 39;\n' });
    const before = tried.state();
    const { code, stdout, stderr } = await tried.release();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^@small\/zebra 0\.1\.0: 2 files, \d+ B, packed \d+ B\n +27 B {2}dist\/index\.js\n +\d+ B {2}package\.json\n@small\/ant 0\.1\.0: 2 files, .*\n +40 B {2}dist/m,
    );
    expect(stdout).toMatch(/^A rehearsal: it would be v0\.1\.0, of the changesets stripes\./m);
    expect(stdout).not.toContain('stale.js');
    expect(tried.state()).toEqual(before);
  });

  it('refuses a tree with 1 change, 1 new file and another branch, and names all 3', async () => {
    const tried = copyOf(template);
    tried.tell('git', 'switch', '--quiet', '--create', 'stripes');
    tried.edit('packages/zebra/src/index.js', '40', '41');
    tried.write({ 'packages/zebra/src/new.js': '' });
    expect(await tried.release()).toEqual({
      code: 1,
      stdout: '',
      stderr: [
        'Releases are made from main, and this is stripes.',
        'Not committed:  M packages/zebra/src/index.js',
        'Not committed: ?? packages/zebra/src/new.js',
        '',
      ].join('\n'),
    });
  });

  it('refuses 2 packages with 2 versions, and a dependency on neither', async () => {
    const tried = copyOf(template);
    tried.edit('packages/zebra/package.json', '"version": "0.0.0"', '"version": "0.0.1"');
    tried.commit();
    const { code, stderr } = await tried.release();
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'Versions differ: @small/zebra 0.0.1, @small/ant 0.0.0.',
      '@small/ant asks for @small/zebra 0.0.0, which is 0.0.1.',
      '',
    ]);
  });

  it('refuses a 2nd package that the fixed group leaves out', async () => {
    const tried = copyOf(template);
    tried.edit('.changeset/config.json', '"@small/ant",', '');
    tried.commit();
    const { code, stderr } = await tried.release();
    expect([code, stderr]).toEqual([
      1,
      'The fixed group of .changeset/config.json is not all that is released: @small/ant, @small/zebra.\n',
    ]);
  });

  it('refuses a lock-file that lags behind 1 manifest', async () => {
    const tried = copyOf(template);
    tried.edit('packages/zebra/package.json', '"type"', '"engines": { "node": ">=20" },\n  "type"');
    tried.commit();
    const { code, stderr } = await tried.release();
    expect([code, stderr]).toEqual([1, 'npm install changes what is committed:  M package-lock.json\n']);
  });

  it('refuses version 0.2.0 if no changeset has made it', async () => {
    const tried = copyOf(prepared);
    for (const name of ['ant', 'zebra'])
      tried.edit(`packages/${name}/package.json`, '"version": "0.1.0"', '"version": "0.2.0"');
    tried.edit('packages/ant/package.json', '"@small/zebra": "0.1.0"', '"@small/zebra": "0.2.0"');
    tried.commit();
    const { code, stderr } = await tried.release();
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'packages/zebra/CHANGELOG.md does not tell of 0.2.0: no changeset has made it.',
      'packages/ant/CHANGELOG.md does not tell of 0.2.0: no changeset has made it.',
      '',
    ]);
  });

  it('has nothing to release when v0.1.0 is out, and refuses 1 change since of which no changeset tells', async () => {
    const tried = copyOf(prepared);
    tried.tell('git', 'tag', 'v0.1.0');
    tried.write({ 'README.md': 'Zebras have stripes.\n' });
    tried.commit();
    const nothing = 'There is nothing to release: v0.1.0 is out, and nothing has changed since that users feel.\n';
    expect(await tried.release()).toEqual({ code: 0, stdout: nothing, stderr: '' });
    expect(await tried.release('--publish')).toEqual({ code: 1, stdout: '', stderr: nothing });

    tried.edit('packages/zebra/src/index.js', '40', '41');
    tried.commit();
    expect(await tried.release()).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'packages/zebra/src/index.js has changed since v0.1.0, and no changeset says so: npx changeset, with --empty if nobody feels it.\n',
    });
    tried.write({ '.changeset/unfelt.md': '---\n---\n' });
    tried.commit();
    expect(await tried.release()).toEqual({ code: 0, stdout: nothing, stderr: '' });
  });

  it('ends with 2 for arguments that it does not know', async () => {
    const { code, stderr } = await template.release('--now');
    expect(code).toBe(2);
    expect(stderr).toContain('usage: npm run release -- [--prepare | --publish]');
  });
});

describe('npm run release -- --prepare', { timeout: LIMIT_MS }, () => {
  it('gives all 3 manifests, 2 change logs and the lock-file version 0.1.0', async () => {
    const tried = copyOf(prepared);
    expect(tried.read('packages/ant/CHANGELOG.md')).toMatch(/^## 0\.1\.0\n[\s\S]*Ants have stripes\.$/m);
    expect(tried.read('packages/zebra/CHANGELOG.md')).toMatch(/^## 0\.1\.0$/m);
    expect(tried.read('packages/ant/package.json')).toContain('"@small/zebra": "0.1.0"');
    expect(tried.read('attic/package.json')).toContain('"@small/ant": "0.1.0"');
    expect(tried.read('package-lock.json').match(/"0\.1\.0"/g)).toHaveLength(4);
    const again = await tried.release('--prepare');
    expect([again.code, again.stderr]).toEqual([1, 'No changeset waits for a release.\n']);
  });
});

describe('npm run release -- --publish', { timeout: LIMIT_MS }, () => {
  it('refuses as long as 1 changeset waits', async () => {
    const { code, stderr } = await copyOf(template).release('--publish');
    expect([code, stderr]).toEqual([1, 'The changeset stripes waits: npm run release -- --prepare.\n']);
  });

  it('publishes nothing if .ci/run fails', async () => {
    const tried = copyOf(prepared);
    tried.write({ '.ci/run': 'exit 1\n' });
    tried.commit();
    const { code, stderr } = await tried.release('--publish');
    expect([code, stderr]).toEqual([1, 'bash .ci/run has failed.\n']);
    expect(tried.tell('git', 'tag')).toBe('');
  });

  it('publishes 2 packages in order of dependence, the 2nd one when it is asked again, and sets the tag last', async () => {
    const registry = new SmallRegistry();
    const tried = copyOf(prepared);
    const leaves = 'mkdir -p packages/zebra/dist && echo 1 >packages/zebra/dist/left-behind.js';
    tried.write({ '.ci/run': `${leaves}\necho "all is checked"\n` });
    tried.commit();
    tried.useRegistry(await registry.listen());
    onTestFinished(() => registry.close());
    registry.refused.add('@small/ant');
    expect(await tried.release('--publish')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('npm publish has failed.'),
    });
    expect([registry.taken, tried.tell('git', 'tag')]).toEqual([['@small/zebra@0.1.0'], '']);

    registry.refused.clear();
    const { code, stdout } = await tried.release('--publish');
    expect(code).toBe(0);
    expect(stdout).toContain('all is checked');
    expect(stdout).not.toContain('left-behind.js');
    expect(stdout).toContain('@small/zebra 0.1.0 is out already.');
    expect(registry.taken).toEqual(['@small/zebra@0.1.0', '@small/ant@0.1.0']);
    expect(tried.tell('git', 'rev-parse', 'v0.1.0^{commit}')).toBe(tried.tell('git', 'rev-parse', 'HEAD'));
  });
});
