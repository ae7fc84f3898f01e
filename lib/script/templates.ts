/**
 * The scripts that `limbeck revision` writes, one for each language.
 *
 * `{{upgrade}}` and `{{downgrade}}` stand alone on their lines and become as many lines as there are.
 */
export const templates = {
  typescript: `/** {{message}} */
import { {{imports}}type Operations } from 'limbeck';

export const revision = '{{revision}}';
export const downRevision = {{downRevision}};
export const branchLabels = {{branchLabels}};
export const dependsOn = {{dependsOn}};
{{esmCreated}}
export async function upgrade(op: Operations) {
  {{upgrade}}
}

export async function downgrade(op: Operations) {
  {{downgrade}}
}
`,

  esm: `/** {{message}} */
{{esmImports}}export const revision = '{{revision}}';
export const downRevision = {{downRevision}};
export const branchLabels = {{branchLabels}};
export const dependsOn = {{dependsOn}};
{{esmCreated}}
/** @param {import('limbeck').Operations} op */
export async function upgrade(op) {
  {{upgrade}}
}

/** @param {import('limbeck').Operations} op */
export async function downgrade(op) {
  {{downgrade}}
}
`,

  commonjs: `/** {{message}} */
{{requires}}exports.revision = '{{revision}}';
exports.downRevision = {{downRevision}};
exports.branchLabels = {{branchLabels}};
exports.dependsOn = {{dependsOn}};
{{commonjsCreated}}
/** @param {import('limbeck').Operations} op */
exports.upgrade = async (op) => {
  {{upgrade}}
};

/** @param {import('limbeck').Operations} op */
exports.downgrade = async (op) => {
  {{downgrade}}
};
`,

  sql: `-- message: {{message}}
-- revision: {{revision}}
-- downRevision: {{plainDownRevision}}
-- branchLabels: {{plainBranchLabels}}
-- dependsOn: {{plainDependsOn}}
{{plainCreated}}
-- upgrade
{{upgrade}}

-- downgrade
{{downgrade}}
`,
} as const;

/** The scripts of adopted revisions; `{{origin}}` says where they come from, `{{tool}}` who made them. */
export const adoptedTemplates = {
  module: `/** {{message}} */
import { adopted } from 'limbeck';

export const revision = '{{revision}}';
export const downRevision = {{downRevision}};
export const branchLabels = {{branchLabels}};
export const dependsOn = {{dependsOn}};
{{esmCreated}}
// {{origin}}
export const { upgrade, downgrade } = adopted('{{tool}}');
`,

  commonjs: `/** {{message}} */
const { adopted } = require('limbeck');

exports.revision = '{{revision}}';
exports.downRevision = {{downRevision}};
exports.branchLabels = {{branchLabels}};
exports.dependsOn = {{dependsOn}};
{{commonjsCreated}}
// {{origin}}
Object.assign(exports, adopted('{{tool}}'));
`,
} as const;
