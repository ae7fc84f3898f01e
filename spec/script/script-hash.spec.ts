import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { hashScript } from '../../lib/script/script-hash.js';

const bytes = (text: string) => Buffer.from(text, 'utf8');

describe('hashScript', () => {
  it('is what sha256sum prints of a file with LF line ends', () => {
    const text = '-- grüße\nselect 1;\n';
    expect(hashScript(bytes(text))).to.equal(createHash('sha256').update(text).digest('hex'));
  });

  it('heeds neither line ends nor a byte order mark', () => {
    expect(hashScript(bytes('\uFEFFa\r\nb\r\n'))).to.equal(hashScript(bytes('a\nb\n')));
  });

  it('heeds everything else', () => {
    const texts = ['a\nb\n', 'a\nb', 'a\n\nb\n', 'a\rb\n', 'a \nb\n', 'a\uFEFF\nb\n', 'A\nb\n'];
    expect(new Set(texts.map((text) => hashScript(bytes(text)))).size).to.equal(texts.length);
  });

  it('takes any bytes', () => {
    expect(hashScript(Buffer.from([0xff, 0x00]))).to.not.equal(hashScript(Buffer.from([0xfe, 0x00])));
  });
});
