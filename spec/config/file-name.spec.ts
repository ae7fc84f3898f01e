import { expect } from 'chai';
import { assertReadFromSubFolders, fileNameProblem, fileNameTokens } from '../../lib/config/file-name.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

describe('fileNameProblem', () => {
  it('finds none in names of known tokens, with sub-folders or without', () => {
    const names = [
      'x',
      '{slug}',
      '{year}/{month}/{revision}',
      fileNameTokens.map((token) => `{${token}}`).join('_'),
    ];
    expect(names.map(fileNameProblem)).to.deep.equal(names.map(() => undefined));
  });

  it('names a token that there is not, and the one that is near', () => {
    expect(fileNameProblem('{timestamp}_{revison}')).to.equal(
      'a file name with the tokens {timestamp}, {epoch}, {year}, {month}, {day}, {hour}, {minute}, {second}, {revision}, {slug}, of which "{revison}" is none; did you mean "{revision}"?',
    );
    expect(fileNameProblem('{}')).to.match(/of which "\{\}" is none$/);
    expect(fileNameProblem('{Year}')).to.match(/did you mean "\{year\}"\?$/);
  });

  it('refuses ways out of the script directory, and empty names', () => {
    for (const name of ['/etc/{slug}', '../{slug}', 'a/../../{slug}', 'a//{slug}', '{slug}/', './{slug}'])
      expect(fileNameProblem(name), name).to.equal('a file name, or a path inside the script directory');
    expect(fileNameProblem('')).to.equal('a text that is not empty');
  });
});

describe('assertReadFromSubFolders', () => {
  it('refuses sub-folders that would not be read', () => {
    const fileName = '{year}/{revision}';
    expect(
      factsOf(thrownBy(() => assertReadFromSubFolders({ fileName, recursive: false }, 'knexfile.ts'))),
    ).to.deep.equal({
      code: 'INVALID_SETTING',
      message: `the setting "fileName" puts scripts into sub-folders, "${fileName}", where they are not looked for`,
      where: 'knexfile.ts',
      next: 'set `recursive: true` beside it, or take the "/" out of it',
    });
    assertReadFromSubFolders({ fileName, recursive: true }, 'knexfile.ts');
    assertReadFromSubFolders({ fileName: '{revision}', recursive: false }, 'knexfile.ts');
  });
});
