import { expect } from 'chai';
import * as fc from 'fast-check';
import { loadOrder } from '../../lib/assets/load-order.js';

const order = (needs: Readonly<Record<string, readonly string[]>>) =>
  loadOrder(Object.entries(needs).map(([path, requires]) => ({ path, requires })));

describe('loadOrder', () => {
  it('goes by kind, then by name', () => {
    const { paths } = order({ 'views/a': [], 'other/a': [], 'procs/b': [], 'procs/a': [], 'types/a': [] });
    expect(paths).to.deep.equal(['types/a', 'procs/a', 'procs/b', 'views/a', 'other/a']);
  });

  it('puts each file after what it requires, whatever the kind', () => {
    const { paths, cyclic } = order({
      'procs/a': ['views/v'],
      'views/v': ['procs/z'],
      'procs/z': [],
      'procs/b': [],
    });
    expect(paths).to.deep.equal(['procs/b', 'procs/z', 'views/v', 'procs/a']);
    expect([...cyclic]).to.deep.equal([]);
  });

  it('takes no notice of what is not among the files', () => {
    expect(order({ 'procs/a': ['types/gone'] }).paths).to.deep.equal(['procs/a']);
  });

  it('finds files that need each other, and still orders the rest', () => {
    const { paths, cyclic } = order({
      'procs/a': ['procs/b'],
      'procs/b': ['procs/a', 'types/t'],
      'types/t': [],
      'views/v': ['procs/a'],
      'procs/0': ['views/v'],
    });
    expect([...cyclic].sort()).to.deep.equal(['procs/a', 'procs/b']);
    expect(paths).to.deep.equal(
      ['types/t', 'procs/a', 'procs/b', 'views/v', 'procs/0'].toSorted(
        (x, y) => paths.indexOf(x) - paths.indexOf(y),
      ),
    );
    expect(paths.indexOf('types/t')).to.be.lessThan(paths.indexOf('procs/b'));
    expect(paths.slice(-2)).to.deep.equal(['views/v', 'procs/0']);
  });

  it('keeps every file once, and every link that is not within a cycle, on random links', () => {
    const names = ['types/a', 'types/b', 'procs/a', 'procs/b', 'procs/c', 'views/a', 'views/b'];
    const needs = fc.record(Object.fromEntries(names.map((name) => [name, fc.subarray(names)])));
    fc.assert(
      fc.property(needs, (given) => {
        const { paths, cyclic } = order(given);
        expect([...paths].sort()).to.deep.equal([...names].sort());
        for (const [path, requires] of Object.entries(given)) {
          for (const other of requires) {
            if (cyclic.has(path) && cyclic.has(other)) continue;
            expect(paths.indexOf(other), `${other} before ${path}`).to.be.lessThan(paths.indexOf(path));
          }
        }
      }),
    );
  });
});
