import { expect } from 'chai';
import { BackendReader, FrontendReader, sqlOf } from './wire-protocol.js';

const message = (type: string, content: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(type, 'latin1'), length, content]);
};
const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const start = message('', Buffer.concat([number(3 << 16), Buffer.from('user\0postgres\0\0')]));
const encryptionRequest = message('', number(80877103));
const query = message('Q', Buffer.from("select 'Zäh'\0"));

describe('FrontendReader', () => {
  it('reads messages wherever the stream is cut', () => {
    const stream = Buffer.concat([encryptionRequest, start, query, message('X', Buffer.alloc(0))]);
    for (let size = 1; size <= stream.length; size += 1) {
      const reader = new FrontendReader();
      const types: string[] = [];
      for (let from = 0; from < stream.length; from += size) {
        types.push(...reader.read(stream.subarray(from, from + size)).map(({ type }) => type));
      }
      expect(types).to.deep.equal(['', '', 'Q', 'X']);
    }
  });

  it('tells how many encryption requests await an answer, once', () => {
    const reader = new FrontendReader();
    reader.read(Buffer.concat([encryptionRequest, start]));
    expect([reader.takeEncryptionRequests(), reader.takeEncryptionRequests()]).to.deep.equal([1, 0]);
  });
});

describe('BackendReader', () => {
  const stream = Buffer.concat([message('S', Buffer.from('ZZZZZ')), message('Z', Buffer.from('I'))]);

  it('is not fooled by a Z inside of a message, wherever the stream is cut', () => {
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const reader = new BackendReader();
      const messages = [...reader.read(stream.subarray(0, cut)), ...reader.read(stream.subarray(cut))];
      expect(messages.map(({ type }) => type)).to.deep.equal(['S', 'Z']);
    }
  });

  it('passes over the refusal to encrypt, which is no message', () => {
    const reader = new BackendReader();
    reader.expectBareBytes(1);
    expect(reader.read(Buffer.concat([Buffer.from('N'), stream]))).to.have.lengthOf(2);
  });

  it('refuses to go on once the server agrees to encrypt', () => {
    const reader = new BackendReader();
    reader.expectBareBytes(1);
    expect(() => reader.read(Buffer.from('S'))).to.throw('agreed to encrypt');
  });
});

describe('sqlOf', () => {
  it('returns the text of Query and Parse messages only', () => {
    const texts = [
      { type: 'Q', content: Buffer.from('select 1\0') },
      { type: 'P', content: Buffer.from('name\0select $1\0\0\0') },
      { type: 'D', content: Buffer.from('select 2\0') },
    ].map(sqlOf);
    expect(texts).to.deep.equal(['select 1', 'select $1', undefined]);
  });
});
