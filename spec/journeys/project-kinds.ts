/**
 * The kinds of project that limbeck is installed in.
 */
/** A kind of project, by language and module system. */
export interface ProjectKind {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** Of its knexfile and its scripts. */
  readonly extension: 'ts' | 'js';
  /** How its modules import and export. */
  readonly syntax: 'esm' | 'commonjs';
}

const tsconfig = '{ "compilerOptions": { "module": "nodenext", "strict": true } }';
export const projectKinds: Readonly<
  Record<'typescriptEsm' | 'typescript' | 'javascriptEsm' | 'javascript', ProjectKind>
> = {
  typescriptEsm: {
    name: 'a TypeScript project with ES modules',
    files: { 'package.json': '{ "type": "module" }', 'tsconfig.json': tsconfig },
    extension: 'ts',
    syntax: 'esm',
  },
  typescript: {
    name: 'a TypeScript project with CommonJS',
    files: { 'package.json': '{ "type": "commonjs" }', 'tsconfig.json': tsconfig },
    extension: 'ts',
    syntax: 'esm',
  },
  javascriptEsm: {
    name: 'a JavaScript project with ES modules',
    files: { 'package.json': '{ "type": "module" }' },
    extension: 'js',
    syntax: 'esm',
  },
  javascript: {
    name: 'a JavaScript project with CommonJS',
    files: { 'package.json': '{ "type": "commonjs" }' },
    extension: 'js',
    syntax: 'commonjs',
  },
};

/** Returns a template of scripts that call a helper of the project. */
export function templateOf({ extension, syntax }: ProjectKind): string {
  const type = extension === 'ts' ? ': Operations' : '';
  if (syntax === 'commonjs') {
    return `const { audit, unaudit } = require('../support/audit.js');
exports.revision = '{{revision}}';
exports.downRevision = {{downRevision}};
exports.upgrade = async (op) => {
  await audit(op);
};
exports.downgrade = async (op) => {
  await unaudit(op);
};
`;
  }
  return `import { audit, unaudit } from '../support/audit.${extension}';
${type === '' ? '' : "import type { Operations } from 'limbeck';\n"}
export const revision = '{{revision}}';
export const downRevision = {{downRevision}};
export async function upgrade(op${type}) {
  await audit(op);
}
export async function downgrade(op${type}) {
  await unaudit(op);
}
`;
}

/** Returns the helper, `support/audit`. */
export function helperOf({ extension, syntax }: ProjectKind): string {
  const type = extension === 'ts' ? ": import('limbeck').Operations" : '';
  const [exported, end] = syntax === 'esm' ? ['export ', ''] : ['', 'module.exports = { audit, unaudit };\n'];
  return `${exported}async function audit(op${type}) {
  await op.schema.createTable('audit', (t) => { t.increments(); });
}
${exported}async function unaudit(op${type}) {
  await op.schema.dropTable('audit');
}
${end}`;
}
