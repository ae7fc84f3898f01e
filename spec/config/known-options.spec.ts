import { expect } from 'chai';
import { downgrade, openProject, type Project, stamp, upgrade } from '../../lib/index.js';
import { migrationProject } from '../helpers/migration-project.js';
import { factsOf, rejectionOf } from '../helpers/thrown.js';

describe('the options of library calls', () => {
  /** As JavaScript would call it. */
  const call = async (work: unknown, ...given: unknown[]) =>
    factsOf(await rejectionOf((work as (...args: unknown[]) => Promise<unknown>)(...given)));
  const nowhere = { client: 'pg', connection: { host: '/nowhere' } };
  let project: Project;

  before(async () => {
    project = await migrationProject(nowhere, { scripts: { a: {} } }).open();
  });

  it('are refused when one is misspelt, with the near one', async () => {
    expect(await call(upgrade, project, { taget: 'a' })).to.deep.equal({
      code: 'USAGE',
      message: 'upgrade() has no option "taget"',
      where: 'upgrade',
      next: 'did you mean "target"? Else leave it out; the options are target, signal',
    });
    expect((await call(downgrade, project, { target: 'a', yes: true })).message).to.match(/no option "yes"$/);
    expect((await call(stamp, project, { target: 'a' })).next).to.match(/^did you mean "targets"/);
    expect((await call(openProject, { folder: '/', enviroment: 'x' })).next).to.match(
      /^did you mean "environment"/,
    );
  });

  it('are refused when they are no object', async () => {
    for (const given of ['heads', ['heads'], null, 1])
      expect(await call(upgrade, project, given)).to.deep.include({
        code: 'USAGE',
        message: `the options of upgrade() are no object: ${JSON.stringify(given)}`,
      });
  });
});
