/**
 * Trying a step on a shadow, in a transaction that is rolled back: what it does to the objects of the files that it loads.
 */
import type { Dependent } from '../assets/manifest.js';
import { readDependentsQuery } from '../dependents/dependents-list.js';
import { type AsideTarget, targetsQuery } from '../dependents/targets.js';
import type { AssetHistory } from '../assets/asset-history.js';
import type { RevisionId } from '../graph/revision.js';
import type { LoadWarning } from '../ops/load-warnings.js';
import type { ReadyStep } from '../runtime/ready-steps.js';
import { StepRunner } from '../runtime/step-runner.js';
import { quoteLiteral } from '../sql/quote.js';
import type { OpenShadow } from './open-shadow.js';
import type { ShadowSource } from './run-on-shadow.js';

/** A file whose change is tried. */
export interface TriedFile {
  readonly path: string;
  /** Identities of what stands before, and of what its new text defines. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** What became of a file. */
export interface TrialResult {
  readonly path: string;
  /** Whether an object that stays had to be dropped and made anew. */
  readonly isRecreated: boolean;
  /** What stood on its objects that were dropped. */
  readonly dependents: readonly Dependent[];
}

/** What a trial has shown. */
export interface TrialReport {
  readonly results: readonly TrialResult[];
  /** What the files have lost without a word. */
  readonly warnings: readonly LoadWarning[];
}

export interface Trial {
  readonly step: ReadyStep;
  /** With the manifest of the step's revision. */
  readonly history: AssetHistory;
  /** The revisions that are applied in the shadow. */
  readonly applied: Iterable<RevisionId>;
  readonly files: readonly TriedFile[];
}

/**
 * Runs the step by the runner of every run, and looks at the catalog before and after.
 *
 * @throws what the step throws; nothing is left of it
 */
export function tryStep(
  shadow: OpenShadow,
  source: Pick<ShadowSource, 'root' | 'config' | 'scriptArguments'>,
  { step, history, applied, files }: Trial,
): Promise<TrialReport> {
  const { session } = shadow;
  const { root, scriptArguments } = source;
  const { ddl } = source.config.settings;
  return shadow.tryOut(async () => {
    const standing = await readObjects(shadow, files);
    const dependents = new Map<string, readonly Dependent[]>();
    for (const { path, before } of files) dependents.set(path, await readDependents(shadow, before));
    const context = { ...session, root, history, ddl, scriptArguments, assets: session.state.assets };
    const runner = new StepRunner(context, new Set(applied));
    await runner.run(step, { isFirst: true, isLast: false });
    const left = await readObjects(shadow, files);
    const results = files.map(({ path, before, after }) => {
      const isGone = (object: string) => standing.get(object) !== left.get(object);
      const isRecreated = before.some((object) => after.includes(object) && isGone(object));
      return { path, isRecreated, dependents: before.some(isGone) ? (dependents.get(path) ?? []) : [] };
    });
    return { results, warnings: runner.warnings };
  });
}

/** Returns a number of each object that stands: another one once it was dropped and made anew. */
async function readObjects(
  { session }: OpenShadow,
  files: readonly TriedFile[],
): Promise<Map<string, string>> {
  const objects = [...new Set(files.flatMap(({ before }) => before))];
  if (objects.length === 0) return new Map();
  const queries = objects.map(
    (object) => `select ${quoteLiteral(object)} as object, id from (${targetsQuery([{ object }])}) as found`,
  );
  const [answer] = await session.sink.ask(queries.join('\nunion all\n'));
  return new Map((answer?.rows ?? []).map(({ object, id }) => [String(object), String(id)] as const));
}

async function readDependents({ session }: OpenShadow, objects: readonly string[]): Promise<Dependent[]> {
  const [answer] = await session.sink.ask(readDependentsQuery(targetsOf(objects)));
  return (answer?.rows ?? []).map(({ object, owner, grants }) => ({
    object: String(object),
    ...(owner !== null && { owner: String(owner) }),
    ...(Array.isArray(grants) && { grants: grants.map(String) }),
  }));
}

function targetsOf(objects: readonly string[]): AsideTarget[] {
  return objects.map((object) => ({ object }));
}
