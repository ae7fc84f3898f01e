import { expect } from 'chai';
import { callerPlace, placeInStack } from '../../lib/ops/caller-place.js';
import { createModuleLoader } from '../../lib/script/load-module.js';
import { temporaryProject } from '../helpers/project.js';

type Take = () => unknown;
type Caller = (take: Take) => unknown;

const script = `
export const revision = 'a';

export function upgrade(take) {
  return (
    take()
  );
}

export async function later(take) {
  await null;
  return take();
}

export const helped = (take) => help(take);

function help(take) {
  return take();
}
`;

describe('callerPlace', () => {
  for (const file of ['a.ts', 'a.mjs', 'a.cjs']) {
    it(`is the innermost line of the script, in ${file}`, async () => {
      const text = file === 'a.cjs' ? commonJs(script) : script;
      const { root, path } = temporaryProject({ [`my scripts/${file}`]: text }, { name: 'a b#c' });
      const loaded = await createModuleLoader(root)(path(`my scripts/${file}`));
      const take = () => callerPlace({ path: path(`my scripts/${file}`), file });
      const lineIn = async (name: string) =>
        ((await (loaded[name] as Caller)(take)) as { line?: number }).line;
      expect(await (loaded['upgrade'] as Caller)(take)).to.deep.equal({ file, line: 6, column: 5 });
      expect(await lineIn('later')).to.equal(12);
      expect(await lineIn('helped')).to.equal(18);
    });
  }

  it('is unknown where the script is not on the stack', () => {
    expect(callerPlace({ path: '/nowhere/a.ts', file: 'a.ts' })).to.equal(undefined);
  });

  it('reads deep stacks, and leaves the limit as it was', () => {
    const limit = Error.stackTraceLimit;
    const dig = (depth: number): unknown =>
      depth === 0 ? callerPlace({ path: '/nowhere/a.ts', file: 'a.ts' }) : dig(depth - 1);
    dig(20);
    expect(Error.stackTraceLimit).to.equal(limit);
  });
});

describe('placeInStack', () => {
  const place = (frames: string) => placeInStack(`Error: x\n${frames}`, '/my app/m/a.ts');

  it('reads paths and addresses', () => {
    expect(place('    at f (/my app/m/a.ts:3:7)')).to.deep.equal({ line: 3, column: 7 });
    expect(place('    at file:///my%20app/m/a.ts?changed=12.5:3:7')).to.deep.equal({ line: 3, column: 7 });
  });

  it('passes over other files, and names without a place', () => {
    expect(place('    at f (/my app/m/a.ts.old:1:1)\n    at g (/my app/m/a.ts:2:5)')).to.deep.equal({
      line: 2,
      column: 5,
    });
    expect(place('    at f (/my app/m/a.ts)')).to.equal(undefined);
    expect(place('    at f (/other/a.ts:1:1)')).to.equal(undefined);
  });
});

function commonJs(text: string): string {
  return text
    .replaceAll(/export const (\w+) =/g, 'exports.$1 =')
    .replaceAll(/export (async )?function (\w+)/g, 'exports.$2 = $1function $2');
}
