import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { dropImage, type ImageFamily, keepImage, readImage } from '../../lib/shadow/image-files.js';
import { temporaryProject } from '../helpers/project.js';

const imageOf = (text: string) => new Blob([text]);
const textOf = async (image: Blob | undefined) => image && (await image.text());

/** Keeps images of one letter and reads them, many times, and fails when it reads one that is not whole. */
const writerProgram = (module: string, folder: string, letter: string) => `
import { keepImage, readImage } from ${JSON.stringify(module)};
const family = { folder: ${JSON.stringify(folder)}, prefix: 'at-', most: 2 };
for (let i = 0; i < 40; i += 1) {
  await keepImage(family, 'key' + (i % 3), new Blob([${JSON.stringify(letter)}.repeat(300_000)]));
  const text = await readImage(family, 'key' + ((i + 1) % 3))?.text();
  if (text !== undefined && !/^(a*|b*)$/.test(text)) process.exit(3);
  if (text !== undefined && text.length !== 300_000) process.exit(4);
}
`;

describe('image files', () => {
  let family: ImageFamily;
  let root: string;
  const files = () => readdirSync(family.folder).sort();

  beforeEach(() => {
    ({ root } = temporaryProject());
    family = { folder: `${root}/cache/shadow`, prefix: 'at-', most: 2 };
  });

  it('gives back what was kept, by its key', async () => {
    await keepImage(family, 'one', imageOf('an image'));
    expect(await textOf(readImage(family, 'one'))).to.equal('an image');
    expect(readImage(family, 'two')).to.equal(undefined);
    expect(files()).to.deep.equal(['at-one.image']);
  });

  it('takes a file that was cut or changed for none, and keeps the next one in its place', async () => {
    const file = `${family.folder}/at-one.image`;
    await keepImage(family, 'one', imageOf('an image'));
    const whole = readFileSync(file);
    for (const damaged of [whole.subarray(0, -1), whole.subarray(0, 10), Buffer.alloc(0)]) {
      writeFileSync(file, damaged);
      expect(readImage(family, 'one')).to.equal(undefined);
    }
    const flipped = Buffer.from(whole);
    flipped[3] = 0;
    writeFileSync(file, flipped);
    expect(readImage(family, 'one')).to.equal(undefined);
    await keepImage(family, 'one', imageOf('an image'));
    expect(await textOf(readImage(family, 'one'))).to.equal('an image');
  });

  it('keeps those that were used last, and leaves other families alone', async () => {
    const other = { ...family, prefix: 'empty-', most: 1 };
    await keepImage(other, 'x', imageOf('empty'));
    for (const [index, key] of ['a', 'b'].entries()) {
      await keepImage(family, key, imageOf(key));
      utimesSync(`${family.folder}/at-${key}.image`, 1_000 + index, 1_000 + index);
    }
    readImage(family, 'a');
    await keepImage(family, 'c', imageOf('c'));
    expect(files()).to.deep.equal(['at-a.image', 'at-c.image', 'empty-x.image']);
  });

  it('is no error where nothing can be written', async () => {
    writeFileSync(`${root}/cache`, 'a file in the way');
    await keepImage(family, 'one', imageOf('an image'));
    expect(readImage(family, 'one')).to.equal(undefined);
    dropImage(family, 'one');
  });

  it('removes what killed processes have left half-written, once it is old', async () => {
    mkdirSync(`${family.folder}/unfinished-old`, { recursive: true });
    mkdirSync(`${family.folder}/unfinished-new`);
    utimesSync(`${family.folder}/unfinished-old`, 1_000, 1_000);
    await keepImage(family, 'one', imageOf('an image'));
    expect(files()).to.deep.equal(['at-one.image', 'unfinished-new']);
  });

  it('forgets an image', async () => {
    await keepImage(family, 'one', imageOf('an image'));
    dropImage(family, 'one');
    expect(files()).to.deep.equal([]);
  });

  it('never gives half an image, with two processes at it', async () => {
    const module = new URL('../../lib/shadow/image-files.js', import.meta.url).href;
    const children = ['a', 'b'].map((letter) =>
      spawn(process.execPath, ['--input-type=module', '-e', writerProgram(module, family.folder, letter)], {
        stdio: ['ignore', 'inherit', 'inherit'],
      }),
    );
    const statuses = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
    expect(statuses).to.deep.equal([0, 0]);
    expect(files().length).to.be.within(1, 3);
  });
});
