import { expect } from 'chai';
import { Awaiting } from '../../lib/ops/awaiting.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

const operation = (name: string, line?: number) => ({
  what: () => name,
  origin: line === undefined ? undefined : { file: 'migrations/a.ts', line, column: 3 },
});

describe('Awaiting', () => {
  it('finds nothing where nothing was begun, or all has ended', () => {
    const awaiting = new Awaiting();
    awaiting.assertNone();
    awaiting.end(awaiting.begin(operation('op.execute', 1)));
    awaiting.assertNone();
  });

  it('names the first operation that is left, and its line', () => {
    const awaiting = new Awaiting();
    const first = awaiting.begin(operation('op.schema.createTable', 4));
    awaiting.begin(operation('op.execute'));
    expect(factsOf(thrownBy(() => awaiting.assertNone()))).to.deep.equal({
      code: 'UNAWAITED_OPERATION',
      message: 'the script did not await "op.schema.createTable"',
      where: 'migrations/a.ts:4:3',
      next: 'write `await` before it',
    });
    awaiting.end(first);
    expect(factsOf(thrownBy(() => awaiting.assertNone()))).to.deep.include({
      message: 'the script did not await "op.execute"',
      where: undefined,
    });
  });

  it('follows a promise until it is settled, well or not', async () => {
    const awaiting = new Awaiting();
    const followed = awaiting.follow(operation('op.savepoint'), Promise.resolve(5));
    expect(thrownBy(() => awaiting.assertNone()).code).to.equal('UNAWAITED_OPERATION');
    expect(await followed).to.equal(5);
    awaiting.assertNone();
    await awaiting.follow(operation('op.savepoint'), Promise.reject(new Error('no'))).then(
      () => expect.fail('it passes the error on'),
      (error: unknown) => expect(String(error)).to.equal('Error: no'),
    );
    awaiting.assertNone();
  });
});
