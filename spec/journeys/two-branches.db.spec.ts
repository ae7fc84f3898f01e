/** Two people change one procedure on two branches: refused, merged, resolved, and walked in every direction. */
import { expect } from 'chai';
import { functionsOf } from '../helpers/asset-project.js';
import { type CliResult, limbeckIn } from '../helpers/cli.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, stateOf, versionRows } from '../helpers/database-state.js';
import { type MigrationProject, migrationProject } from '../helpers/migration-project.js';

const file = 'raw_sql/procs/total.sql';
const total = (sum: string) => `create or replace function total(price int, taxed boolean default false)
returns numeric language plpgsql stable as $$
begin
  return ${sum};
end $$;
`;
const [plain, postage, tax, both] = ['price', 'price + 5', 'price * 1.25', '(price + 5) * 1.25'] as const;
/** What each text answers for a price of 100. */
const answers = { [plain]: '100', [postage]: '105', [tax]: '125.00', [both]: '131.25' } as const;
type Sum = keyof typeof answers;

describeOnServers(
  'two branches that change one procedure',
  { on: ['PostgreSQL 18', 'PGlite'] },
  (database) => {
    let made: MigrationProject;
    let definitions: Map<Sum, string>;

    before(async () => {
      await emptyDatabase(database);
      definitions = new Map();
      for (const sum of [plain, postage, tax, both] as const) {
        await database.query(total(sum));
        definitions.set(sum, (await functionsOf(database, 'total')).join());
      }
    });

    const run = (...words: string[]): Promise<CliResult> => limbeckIn(made.root)(...words, '--quiet');
    async function done(...words: string[]): Promise<CliResult> {
      const result = await run(...words);
      expect(result.status, `${words.join(' ')}: ${result.stderr}`).to.equal(0);
      return result;
    }
    const revise = async (id: string, sum: Sum, ...more: string[]) => {
      made.write(file, total(sum));
      await done('revision', '-m', `make ${id}`, '--rev-id', id, '--autogenerate', ...more);
    };

    /** Compares the procedure as the server prints and runs it, and the ledger. */
    async function expectAt(rows: readonly string[], sum: Sum | undefined): Promise<void> {
      expect(await versionRows(database)).to.deep.equal(rows);
      const [definition] = await functionsOf(database, 'total');
      expect(definition).to.equal(sum && definitions.get(sum));
      if (sum === undefined) return;
      const [answer] = await database.query('select total(100)::text as total');
      expect(answer).to.deep.equal({ total: answers[sum] });
    }

    beforeEach(async () => {
      await emptyDatabase(database);
      made = migrationProject(database.config, { files: { 'migrations/.gitkeep': '' } });
      await revise('root', plain);
      await revise('postage', postage);
      await revise('tax', tax, '--head', 'root', '--splice');
    });

    it('is refused without a merge, and nothing is changed', async () => {
      for (const start of ['', 'postage', 'tax']) {
        if (start !== '') await done('upgrade', start);
        const before = await stateOf(database);
        const { status, stderr } = await run('upgrade');
        expect(status).to.equal(2);
        expect(stderr).to.match(
          /error\[ASSET_DIVERGENT\]: "procs\/total\.sql" was changed by "tax", "postage"/,
        );
        expect(stderr).to.include('`limbeck merge heads');
        expect(await stateOf(database)).to.deep.equal(before);
        if (start !== '') await done('downgrade', 'base');
      }
    });

    it('is marked by the merge, resolved, and walked from everywhere to everywhere', async () => {
      const refused = await run('merge', 'heads', '-m', 'join', '--rev-id', 'join');
      expect(refused.stderr).to.match(/error\[ASSET_CONFLICT\].*\n {2}where: raw_sql\/procs\/total\.sql:4\n/);
      made.write(file, made.read(file).replace(/<{7}[^]*>{7}.*\n/, `  return ${both};\n`));
      expect(made.read(file)).to.equal(total(both));
      const { stdout } = await done('merge', 'heads', '-m', 'join', '--rev-id', 'join');
      expect(stdout).to.match(
        /^Made migrations\/\d+_join_join\.\w+\n {2}replace procs\/total\.sql \(as the live file has it, in place of postage, tax\)\n$/,
      );

      for (const [start, sum] of [
        [undefined, undefined],
        ['root', plain],
        ['postage', postage],
        ['tax', tax],
      ] as const) {
        if (start !== undefined) {
          await done('upgrade', start);
          await expectAt([start], sum);
        }
        await done('upgrade');
        await expectAt(['join'], both);
        await done('downgrade', 'base');
        await expectAt([], undefined);
      }
      expect(Object.keys((await stateOf(database)).rows)).to.deep.equal([]);
      await done('upgrade');
      // From both heads, and to each of them: what the later one left, until it goes as well.
      await done('downgrade', 'postage');
      await expectAt(['postage', 'tax'], tax);
      await done('upgrade');
      await expectAt(['join'], both);
      await done('downgrade', 'tax');
      await done('downgrade', 'postage@-1');
      await expectAt(['tax'], tax);
      await done('upgrade');
      await done('downgrade', 'postage');
      await done('downgrade', 'tax@-1');
      await expectAt(['postage'], postage);
      await done('upgrade');
      await expectAt(['join'], both);
    });

    it('is refused one step short of the merge, which is named', async () => {
      made.write(file, total(both));
      await done('merge', 'heads', '-m', 'join', '--rev-id', 'join', '--resolved', file);
      await done('upgrade', 'postage');
      const { stderr } = await run('upgrade', 'tax');
      expect(stderr).to.include('on branches that only "join" joins');
      expect(stderr).to.include('`limbeck upgrade join`');
      await expectAt(['postage'], postage);
    });
  },
);
