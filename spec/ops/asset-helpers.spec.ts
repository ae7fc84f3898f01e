import { expect } from 'chai';
import {
  dropStoredProc,
  dropType,
  dropView,
  loadStoredProc,
  loadType,
  loadView,
  syncAssets,
} from '../../lib/ops/asset-helpers.js';
import { LearningLoader } from '../../lib/ops/asset-loader.js';
import type { Operations } from '../../lib/ops/operations.js';

describe('the helpers of scripts', () => {
  it('name files by kind', async () => {
    const asked: unknown[] = [];
    const op = {
      loadAssets: async (...args: unknown[]) => asked.push(['load', ...args]),
      dropAssets: async (...args: unknown[]) => asked.push(['drop', ...args]),
      syncAssets: async () => asked.push('sync'),
    } as unknown as Operations;
    await loadStoredProc(op, ['f.sql'], { at: 'a' });
    await loadType(op, ['t.sql']);
    await loadView(op, ['v.sql', 'reporting/w.sql']);
    await dropStoredProc(op, ['f.sql']);
    await dropType(op, ['t.sql']);
    await dropView(op, ['v.sql']);
    await syncAssets(op);
    expect(asked).to.deep.equal([
      ['load', 'procs', ['f.sql'], { at: 'a' }],
      ['load', 'types', ['t.sql'], undefined],
      ['load', 'views', ['v.sql', 'reporting/w.sql'], undefined],
      ['drop', 'procs', ['f.sql']],
      ['drop', 'types', ['t.sql']],
      ['drop', 'views', ['v.sql']],
      'sync',
    ]);
  });
});

describe('LearningLoader', () => {
  it('remembers what a script asks for, and which version where it says so', () => {
    const loader = new LearningLoader();
    loader.load(['procs/a.sql', 'procs/b.sql']);
    loader.load(['procs/c.sql'], { at: 'x' });
    loader.drop(['views/v.sql']);
    expect(loader.syncs).to.equal(false);
    loader.sync();
    expect([loader.loads, [...loader.pins], loader.drops, loader.syncs]).to.deep.equal([
      ['procs/a.sql', 'procs/b.sql', 'procs/c.sql'],
      [['procs/c.sql', 'x']],
      ['views/v.sql'],
      true,
    ]);
  });
});
