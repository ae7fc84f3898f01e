import { expect } from 'chai';
import { isEsm } from '../../lib/script/module-type.js';
import { temporaryProject } from '../helpers/project.js';

describe('isEsm', () => {
  it('asks the nearest package.json', () => {
    const { path } = temporaryProject({
      'package.json': '{ "type": "module" }',
      'a/x.js': '',
      'b/package.json': '{ "type": "commonjs" }',
      'c/package.json': '{}',
      'c/d/x.js': '',
    });
    expect(['', 'a', 'a/x.js'].map((file) => isEsm(path(file)))).to.deep.equal([true, true, true]);
    expect(['b', 'c', 'c/d/x.js'].map((file) => isEsm(path(file)))).to.deep.equal([false, false, false]);
  });
});
