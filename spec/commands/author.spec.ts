import { expect } from 'chai';
import {
  merge,
  type MergeOptions,
  openProject,
  type Project,
  revision,
  type RevisionOptions,
} from '../../lib/index.js';
import { scriptText } from '../helpers/cli-project.js';
import { type TemporaryProject, temporaryProject } from '../helpers/project.js';
import { factsOf, rejectionOf } from '../helpers/thrown.js';

const script = (id: string, down: string | null, more = '') =>
  scriptText(id, { downRevision: down }).replace('\n\n', `\n${more}\n\n`);

/** `root`, on it `left` (labelled) and `right`. */
const forked = {
  'migrations/20260101000000_root.js': script('root', null),
  'migrations/20260102000000_left.js': script('left', 'root', "export const branchLabels = ['west'];"),
  'migrations/20260103000000_right.js': script('right', 'root'),
};

function projectOf(files: Readonly<Record<string, string>>, settings: object = {}): TemporaryProject {
  return temporaryProject({
    'package.json': '{ "type": "module" }',
    'knexfile.js': `export default { client: 'pg', limbeck: ${JSON.stringify(settings)} };`,
    ...files,
  });
}

const open = ({ root }: TemporaryProject): Promise<Project> => openProject({ folder: root });
const write = async (made: TemporaryProject, options: Partial<RevisionOptions> = {}) =>
  revision(await open(made), { message: 'x', revisionId: 'new', ...options });
const join = async (made: TemporaryProject, options: Partial<MergeOptions> = {}) =>
  merge(await open(made), { message: 'x', revisionId: 'new', revisions: ['heads'], ...options });
/** What the header of the new script says. */
const linksOf = async (made: TemporaryProject) => {
  const { downRevisions, dependsOn, branchLabels } = (await open(made)).graph.get('new') ?? {};
  return { downRevisions, dependsOn, branchLabels };
};

describe('revision', () => {
  it('builds on the only head, or begins the first line', async () => {
    const made = projectOf({ 'migrations/.gitkeep': '' });
    await write(made, { revisionId: 'first' });
    await write(made);
    expect(await linksOf(made)).to.deep.equal({ downRevisions: ['first'], dependsOn: [], branchLabels: [] });
  });

  it('asks which head is meant when there are several', async () => {
    const made = projectOf(forked);
    expect(factsOf(await rejectionOf(write(made)))).to.deep.equal({
      code: 'MULTIPLE_HEADS',
      message: 'there are 2 heads to build on: "left", "right"',
      where: undefined,
      next: 'name one, as in `limbeck revision -m "…" --head left`, or join them with `limbeck merge heads -m "…"`',
    });
    await write(made, { head: 'west@head' });
    expect((await linksOf(made)).downRevisions).to.deep.equal(['left']);
  });

  it('begins a line with base, and joins all with heads', async () => {
    const line = projectOf(forked);
    await write(line, { head: 'base', branchLabels: ['own', 'other'] });
    expect(await linksOf(line)).to.deep.include({ downRevisions: [], branchLabels: ['own', 'other'] });
    const joined = projectOf(forked);
    await write(joined, { head: 'heads' });
    expect((await linksOf(joined)).downRevisions).to.deep.equal(['left', 'right']);
  });

  it('builds on what is no head only with splice', async () => {
    const made = projectOf(forked);
    const error = await rejectionOf(write(made, { head: 'root' }));
    expect(error.code).to.equal('NOT_A_HEAD');
    expect(error.next).to.match(/--splice/);
    await write(made, { head: 'root', splice: true });
    expect((await linksOf(made)).downRevisions).to.deep.equal(['root']);
  });

  it('keeps a label that it depends on, and writes the start of an id in full', async () => {
    const made = projectOf(forked);
    await write(made, { head: 'right', dependsOn: ['west', 'lef'] });
    expect((await linksOf(made)).dependsOn).to.deep.equal(['west', 'left']);
    expect((await rejectionOf(write(made, { head: 'new', dependsOn: ['nope'] }))).code).to.equal(
      'REVISION_NOT_FOUND',
    );
  });

  it('refuses names that are taken', async () => {
    const made = projectOf(forked);
    const codeOf = async (options: Partial<RevisionOptions>) =>
      (await rejectionOf(write(made, { head: 'left', ...options }))).code;
    expect(await codeOf({ revisionId: 'root' })).to.equal('DUPLICATE_ID');
    expect(await codeOf({ revisionId: 'west' })).to.equal('DUPLICATE_ID');
    expect(await codeOf({ branchLabels: ['west'] })).to.equal('DUPLICATE_LABEL');
    expect(await codeOf({ branchLabels: ['root'] })).to.equal('DUPLICATE_LABEL');
    expect(await codeOf({ revisionId: 'a:b' })).to.equal('ILLEGAL_ID');
  });

  describe('with several script directories', () => {
    const files = {
      'db/core/20260101000000_root.js': script('root', null),
      'db/billing/20260102000000_bill.js': script('bill', null),
    };
    const directories = ['db/core', 'db/billing'];

    it('writes to that of the parent, or to the one that is named', async () => {
      const made = projectOf(files, { directories });
      expect((await write(made, { head: 'bill' })).file).to.match(/^db\/billing\/\d{14}_new_x\.js$/);
      const named = await write(made, { head: 'root', revisionId: 'other', directory: './db/billing/' });
      expect(named.file).to.match(/^db\/billing\//);
      const inFull = { head: 'other', revisionId: 'third', directory: made.path('db/core') };
      expect((await write(made, inFull)).file).to.match(/^db\/core\//);
    });

    it('must be told where a line begins', async () => {
      const made = projectOf(files, { directories });
      expect(factsOf(await rejectionOf(write(made, { head: 'base' })))).to.deep.equal({
        code: 'USAGE',
        message:
          'there are 2 script directories, and no parent whose folder to take: "db/core", "db/billing"',
        where: undefined,
        next: 'choose one with `--version-path db/core`',
      });
      expect((await write(made, { head: 'base', directory: 'db/billing' })).file).to.match(/^db\/billing\//);
    });

    it('refuses one that is not configured', async () => {
      const made = projectOf(files, { directories });
      const error = await rejectionOf(write(made, { head: 'root', directory: 'db' }));
      expect([error.code, error.next]).to.deep.equal([
        'DIRECTORY_NOT_FOUND',
        'choose one of "db/core", "db/billing", or add it to `limbeck.directories`',
      ]);
    });
  });

  describe('with sub-folders', () => {
    const files = {
      'migrations/20260101000000_root.js': script('root', null),
      'migrations/billing/20260102000000_bill.js': script('bill', 'root'),
    };

    it('writes beside the parent, or where it is told', async () => {
      const made = projectOf(files, { recursive: true });
      expect((await write(made)).file).to.match(/^migrations\/billing\/\d{14}_new_x\.js$/);
      const elsewhere = await write(made, { revisionId: 'deep', directory: 'migrations/new/deep' });
      expect(elsewhere.file).to.match(/^migrations\/new\/deep\//);
      expect((await open(made)).graph.heads).to.deep.equal(['deep']);
      expect((await rejectionOf(write(made, { revisionId: 'out', directory: 'elsewhere' }))).code).to.equal(
        'DIRECTORY_NOT_FOUND',
      );
    });

    it('makes those of the file name, each time from the script directory', async () => {
      const made = projectOf(files, { recursive: true, fileName: '{year}/{revision}', slugLength: 3 });
      const year = String(new Date().getUTCFullYear());
      expect((await write(made)).file).to.match(
        new RegExp(`^migrations/(?:${year}|${Number(year) + 1})/new.js$`),
      );
      expect((await write(made, { revisionId: 'next' })).file).to.match(/^migrations\/\d{4}\/next\.js$/);
      const { graph } = await open(made);
      expect(graph.get('next')).to.deep.include({ downRevisions: ['new'] });
      expect(graph.get('next')?.created).to.match(/^\d{14}$/);
    });

    it('refuses a file name of which the scripts would not be read', async () => {
      const made = projectOf({ 'migrations/.gitkeep': '' }, { fileName: '{year}/{revision}' });
      expect(factsOf(await rejectionOf(write(made)))).to.deep.include({
        code: 'INVALID_SETTING',
        where: 'knexfile.js',
      });
    });
  });
});

describe('merge', () => {
  it('joins heads, with labels of its own', async () => {
    const made = projectOf(forked);
    const { downRevisions } = await join(made, { branchLabels: ['joined'] });
    expect(downRevisions).to.deep.equal(['left', 'right']);
    expect(await linksOf(made)).to.deep.include({ downRevisions, branchLabels: ['joined'] });
  });

  it('joins what is no head only with splice', async () => {
    const made = projectOf({ ...forked, 'migrations/20260104000000_tail.js': script('tail', 'left') });
    const revisions = ['left', 'right'];
    expect((await rejectionOf(join(made, { revisions }))).code).to.equal('NOT_A_HEAD');
    expect((await join(made, { revisions, splice: true })).downRevisions).to.deep.equal(revisions);
  });

  it('refuses what is named twice, and a head alone', async () => {
    const made = projectOf(forked);
    const codeOf = async (...revisions: string[]) => (await rejectionOf(join(made, { revisions }))).code;
    expect(await codeOf('left', 'lef')).to.equal('DUPLICATE_HEADS');
    expect(await codeOf('heads', 'left')).to.equal('DUPLICATE_HEADS');
    expect(await codeOf('left')).to.equal('USAGE');
  });
});
