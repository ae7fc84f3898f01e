import { expect } from 'chai';
import { putBack, setAside } from '../../lib/dependents/aside.js';
import type { AsideTarget } from '../../lib/dependents/targets.js';
import { describeOnServers } from '../helpers/database.js';
import { dumpSchema, requireProgram } from '../helpers/programs.js';
import { runs } from '../helpers/runs.js';
import { chooseSeed } from '../journeys/crash/random-kills.js';
import { randomChain, randomOf } from './random-chain.js';

const roles = ['chain_one', 'chain_two'];

/** The first lines that differ, with the chain that they belong to. */
function firstDifference(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const at = old.findIndex((line, index) => line !== now[index]);
  return at === -1
    ? ''
    : `${old.slice(at - 3, at + 6).join('\n')}\n--- and after:\n${now.slice(at - 3, at + 6).join('\n')}`;
}

describeOnServers('random chains', { on: ['PostgreSQL 15'] }, (database) => {
  const seed = chooseSeed();
  const perDump = 30;

  before('roles', () =>
    database.query(`create role ${roles.join('; create role ')};
      create function keep() returns trigger language plpgsql as 'begin return null; end'`),
  );
  after('roles', () =>
    database.query(`drop owned by ${roles.join(', ')} cascade; drop role ${roles.join(', ')}`),
  );

  it(`come back as they were: ${runs(perDump)} of them (LIMBECK_SEED=${seed})`, async function () {
    requireProgram(this, 'pg_dump');
    this.timeout(600_000);
    const { url } = database.onServer();
    const client = await database.connect();
    for (let first = 0; first < runs(perDump); first += perDump) {
      const wanted: AsideTarget[][] = [];
      for (let index = first; index < first + perDump; index += 1) {
        const random = randomOf(seed + index);
        const chain = randomChain(random, `Chain ${index}`, roles);
        await client.query(chain.sql).catch((error: unknown) => {
          throw new Error(`LIMBECK_SEED=${seed}, chain ${index}: ${(error as Error).message}\n${chain.sql}`);
        });
        const [lowest = ''] = chain.objects;
        const middle = chain.objects[Math.floor(random() * chain.objects.length)] ?? lowest;
        const others = random() < 0.5 ? [{ object: middle }] : [{ object: lowest }, { object: middle }];
        wanted.push([{ table: chain.table, column: 'platform' }], others);
      }
      const before = await dumpSchema(url);
      for (const [index, targets] of wanted.entries()) {
        const texts = [...setAside(targets), ...putBack()].map(({ text }) => text);
        await client
          .query(`begin;\n${texts.join(';\n')};\ncommit`)
          .catch((error: Error & { readonly detail?: string }) => {
            throw new Error(
              `LIMBECK_SEED=${seed}, ${JSON.stringify(targets)}, chain ${first + Math.floor(index / 2)}: ${error.message} ${error.detail ?? ''}`,
            );
          });
      }
      const after = await dumpSchema(url);
      expect(firstDifference(before, after), `LIMBECK_SEED=${seed}`).to.equal('');
      for (let index = first; index < first + perDump; index += 1)
        await client.query(`drop schema "Chain ${index}" cascade`);
    }
  });
});
