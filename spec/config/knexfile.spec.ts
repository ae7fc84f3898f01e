import { expect } from 'chai';
import { findKnexfile } from '../../lib/config/knexfile.js';
import { temporaryProject } from '../helpers/project.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

describe('findKnexfile', () => {
  it('finds it in every language', () => {
    for (const extension of ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs']) {
      const { root, path } = temporaryProject({ [`knexfile.${extension}`]: '' });
      expect(findKnexfile(root)).to.equal(path(`knexfile.${extension}`));
    }
  });

  it('finds the nearest, here or in a folder above', () => {
    const { path } = temporaryProject({ 'knexfile.js': '', 'a/knexfile.ts': '', 'a/b/c/x': '', 'd/x': '' });
    expect(findKnexfile(path('a/b/c'))).to.equal(path('a/knexfile.ts'));
    expect(findKnexfile(path('d'))).to.equal(path('knexfile.js'));
  });

  it('takes TypeScript where both are there', () => {
    const { root, path } = temporaryProject({ 'knexfile.js': '', 'knexfile.ts': '' });
    expect(findKnexfile(root)).to.equal(path('knexfile.ts'));
  });

  it('takes the one that is named, whatever its name', () => {
    const { root, path } = temporaryProject({ 'knexfile.js': '', 'config/db.ts': '' });
    expect(findKnexfile(root, 'config/db.ts')).to.equal(path('config/db.ts'));
    expect(findKnexfile('/', path('config/db.ts'))).to.equal(path('config/db.ts'));
  });

  it('refuses a folder without one', () => {
    const { root } = temporaryProject();
    expect(factsOf(thrownBy(() => findKnexfile(root)))).to.deep.equal({
      code: 'KNEXFILE_NOT_FOUND',
      message: 'there is no knexfile here or in a folder above',
      where: root,
      next: 'run `limbeck init` to make a project, or name the file with `--knexfile`',
    });
  });

  it('refuses a name of nothing, though there is another', () => {
    const { root } = temporaryProject({ 'knexfile.js': '' });
    const error = thrownBy(() => findKnexfile(root, 'db.ts'));
    expect(error.code).to.equal('KNEXFILE_NOT_FOUND');
    expect(error.message).to.equal('there is no file "db.ts"');
  });
});
