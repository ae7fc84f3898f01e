/** The manual against the code: what it names exists, and what exists is named. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { defaultSettings } from '../lib/config/settings.js';
import { errorCodes } from '../lib/errors.js';
import { commandNames, optionNames, referencePages } from './helpers/reference-docs.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .map((name) => `docs/${String(name).replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.md')),
];
const manual = pages.map(read).join('\n');

describe('the manual', () => {
  describe('generated pages', () => {
    for (const [file, text] of referencePages()) {
      it(`has ${file} as the code makes it`, () => {
        expect(read(file), 'run `npm run docs`').to.equal(text);
      });
    }
  });

  for (const page of pages) {
    describe(page, () => {
      it('links to files and headings that exist', () => {
        expect(linksOf(page).filter((link) => !leadsSomewhere(page, link))).to.deep.equal([]);
      });

      it('names commands and options that exist', () => {
        expect(callsIn(read(page)).flatMap(wrongWords)).to.deep.equal([]);
      });

      it('names error codes that exist', () => {
        const codes = [...read(page).matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, code = '']) => code);
        const isKnown = (code: string) =>
          code in errorCodes || ownCodes.has(code) || code.startsWith('LIMBECK_') || variables.has(code);
        expect(codes.filter((code) => !isKnown(code))).to.deep.equal([]);
      });
    });
  }

  it('mentions every command by a call', () => {
    const called = new Set(callsIn(manual).map(({ command }) => command));
    expect(commandNames().filter((name) => !called.has(name))).to.deep.equal([]);
  });

  it('lists every command in the status of the README', () => {
    const status = read('README.md').split('\n## Status\n')[1]?.split('\nNot there yet:')[0] ?? '';
    const words = new Set(commandNames().flatMap((name) => name.split(' ')));
    expect([...words].filter((word) => !status.includes(`\`${word}\``))).to.deep.equal([]);
  });

  it('lists every setting with its variable', () => {
    const page = read('docs/reference/settings.md').replace(/ +\|/g, ' |');
    const { ddl, ...plain } = defaultSettings;
    const names = [...Object.keys(plain), ...Object.keys(ddl).map((name) => `ddl.${name}`)];
    const rows = names.map((name) => `| \`${name}\` | \`${variableOf(name)}\` |`);
    expect(rows.filter((row) => !page.includes(row))).to.deep.equal([]);
  });

  it('names every field of what --json prints', () => {
    const page = read('docs/reference/json.md');
    expect(reportFields().filter((field) => !page.includes(`\`${field}\``))).to.deep.equal([]);
  });

  it('shows the workflow file as it is', () => {
    expect(read('docs/how-to/ci.md')).to.include(read('docs/examples/ci.yml'));
    expect(read('docs/examples/ci.yml')).to.match(/^ +- run: npx limbeck roundtrip$/m);
  });
});

const variables = new Set(['DATABASE_URL', 'NODE_ENV', 'NO_COLOR']);

/** Codes of the command line alone. */
const ownCodes = new Set([...read('cli/fail.ts').matchAll(/code: '([A-Z_]+)'/g)].map(([, code]) => code));

/** `LIMBECK_LOCK_TIMEOUT` of `lockTimeout`. */
function variableOf(setting: string): string {
  return `LIMBECK_${setting.replace('.', '_').replace(/[A-Z]/g, '_$&').toUpperCase()}`;
}

/** Links in Markdown that stay inside the project. */
function linksOf(page: string): string[] {
  return [...withoutFences(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || anchorsOf(read(target)).includes(anchor);
}

/** The headings of a page as GitHub turns them into anchors. */
function anchorsOf(text: string): string[] {
  return [...withoutFences(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutFences(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}

interface Call {
  readonly command: string;
  readonly words: readonly string[];
}

/** Calls of limbeck in code, such as `limbeck upgrade +1`, up to the end of the line or of the code. */
function callsIn(text: string): Call[] {
  return [...text.matchAll(/(?:`|\bnpx )limbeck ([a-z]+(?:-[a-z]+)*)([^`\n]*)/g)].map(
    ([, first = '', rest = '']) => {
      const words =
        rest
          .split('#')[0]
          ?.split(/\s+/)
          .filter((word) => word !== '') ?? [];
      const command = `${first} ${words[0] ?? ''}`;
      return commandNames().includes(command)
        ? { command, words: words.slice(1) }
        : { command: first, words };
    },
  );
}

function wrongWords({ command, words }: Call): string[] {
  if (!commandNames().includes(command)) return [`limbeck ${command}`];
  const known = optionNames(command);
  const given = words.flatMap((word) => /^--?([a-z][a-z-]*)/.exec(word)?.[1] ?? []);
  return given.filter((option) => !known.includes(option)).map((option) => `limbeck ${command} --${option}`);
}

/** Fields of the public reports, and of what they are made of, as their interfaces declare them. */
function reportFields(): string[] {
  const exported = [...read('lib/index.ts').matchAll(/\b(\w+(?:Report|Entry))\b/g)].map(([, name]) => name);
  const names = new Set([
    ...exported,
    'BranchEntry',
    'CheckFinding',
    'RoundTripFinding',
    'UnknownRow',
    'LoggedRevision',
    'AddedObject',
    'RemovedObject',
    'ChangedProperty',
  ]);
  const sources = readdirSync(join(root, 'lib'), { recursive: true })
    .filter((name) => String(name).endsWith('.ts'))
    .map((name) => read(`lib/${String(name)}`));
  const bodies = sources.flatMap((source) =>
    [...source.matchAll(/^export interface (\w+)[^{]*\{$([\s\S]*?)^\}$/gm)]
      .filter(([, name = '']) => names.has(name))
      .map(([, , body = '']) => body),
  );
  return bodies.flatMap((body) =>
    [...body.matchAll(/^ +(?:readonly )?(\w+)\??:/gm)].map(([, field = '']) => field),
  );
}
