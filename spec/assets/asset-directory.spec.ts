import { expect } from 'chai';
import { folderSchemaOf, kindOf, openAssetDirectory } from '../../lib/assets/asset-directory.js';
import { temporaryProject } from '../helpers/project.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

const kinds = ['types', 'procs', 'views'];

describe('openAssetDirectory', () => {
  const { root } = temporaryProject({
    'raw_sql/views/b.sql': 'select 1;',
    'raw_sql/views/a.sql': 'select 1;',
    'raw_sql/views/reporting/totals.sql': 'select 1;',
    'raw_sql/types/z.sql': '\uFEFFselect 1;\r\n',
    'raw_sql/procs/notes.txt': 'no SQL',
    'raw_sql/other/x.sql': 'select 1;',
    'raw_sql/top.sql': 'select 1;',
    'elsewhere/views/c.sql': 'select 1;',
  });
  const live = openAssetDirectory(root, 'raw_sql', kinds);

  it('lists the SQL files of its kinds, kind after kind', async () => {
    expect(await live.paths()).to.deep.equal([
      'types/z.sql',
      'views/a.sql',
      'views/b.sql',
      'views/reporting/totals.sql',
    ]);
  });

  it('lists nothing where there is no such folder', async () => {
    expect(await openAssetDirectory(root, 'sql', kinds).paths()).to.deep.equal([]);
  });

  it('reads a file, normalised', () => {
    expect(live.read('types/z.sql')).to.deep.equal({ path: 'types/z.sql', text: 'select 1;\n' });
    expect([live.has('types/z.sql'), live.has('types/y.sql')]).to.deep.equal([true, false]);
    expect(live.fileOf('types/z.sql')).to.equal('raw_sql/types/z.sql');
  });

  it('refuses a file that is not there', () => {
    expect(factsOf(thrownBy(() => live.read('procs/gone.sql')))).to.deep.equal({
      code: 'ASSET_NOT_FOUND',
      message: 'there is no live file "raw_sql/procs/gone.sql"',
      where: 'raw_sql/procs/gone.sql',
      next: 'create it, or correct the name in the script',
    });
  });
});

describe('kindOf and folderSchemaOf', () => {
  it('read the folders of an asset path', () => {
    expect(kindOf('procs/a.sql')).to.equal('procs');
    expect(kindOf('views/reporting/totals.sql')).to.equal('views');
    expect(folderSchemaOf('views/reporting/totals.sql')).to.equal('reporting');
    expect(folderSchemaOf('views/totals.sql')).to.equal(undefined);
  });
});
