/**
 * Running steps and trials on a shadow, where roles that they name may be missing.
 */
import type { AssetHistory } from '../assets/asset-history.js';
import { LimbeckError } from '../errors.js';
import type { Step } from '../graph/plan.js';
import type { RevisionGraph } from '../graph/revision-graph.js';
import { type Logger, silentLogger } from '../logger.js';
import { interruption } from '../runtime/database-sink.js';
import { type RunContext, runPlan } from '../runtime/run-plan.js';
import type { Session } from '../runtime/session.js';
import type { ModuleLoader } from '../script/load-module.js';
import type { ImageSource } from './image-keys.js';
import type { RoleMaker } from './missing-roles.js';

/** What a shadow is made for: a project is one. */
export interface ShadowSource extends ImageSource {
  readonly root: string;
  readonly graph: RevisionGraph;
  readonly load: ModuleLoader;
  readonly logger: Logger;
  readonly signal: AbortSignal | undefined;
  /** Scripts that were handed in have no text that could be compared: no image is kept of them. */
  readonly memory?: unknown;
  readHistory(): AssetHistory;
}

/** Where steps run. */
export interface ShadowPlace {
  readonly session: Session;
  readonly source: ShadowSource;
  /** Makes roles that are missing; undefined where nothing may make any. */
  readonly roles: RoleMaker | undefined;
}

/**
 * Runs steps, each in a transaction of its own; goes on behind a role that was missing.
 *
 * @throws MigrationError as a run; `INTERRUPTED` when the signal stops it
 */
export async function runOnShadow(place: ShadowPlace, steps: readonly Step[]): Promise<void> {
  const { session, source, roles } = place;
  const context = runContext(place);
  let left = steps;
  while (left.length > 0) {
    try {
      await runPlan(left, context);
      left = [];
    } catch (error) {
      // Which statement was stopped tells nobody anything: the database is gone.
      assertGoesOn(source, error);
      if ((await roles?.make(error)) !== true) throw error;
      left = afterFailure(left, error);
    }
    await session.refresh();
  }
}

/** Runs work that begins a transaction, and rolls it back; once more where a role was missing. */
export async function tryOnShadow<Result>(
  { session, source, roles }: ShadowPlace,
  work: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      assertGoesOn(source, error);
      await session.sink.rollback();
      if ((await roles?.make(error)) !== true) throw error;
    } finally {
      await session.sink.rollback();
    }
  }
}

/** @throws MigrationError `INTERRUPTED` when the signal has stopped what the shadow is for */
export function assertGoesOn({ signal }: ShadowSource, cause?: unknown): void {
  if (signal?.aborted === true) throw interruption({ cause });
}

function runContext({ session, source }: ShadowPlace): RunContext {
  return {
    root: source.root,
    graph: source.graph,
    scripts: source.scripts,
    load: source.load,
    scriptArguments: source.scriptArguments,
    history: source.readHistory(),
    session,
    ddl: source.config.settings.ddl,
    transaction: 'revision',
    logger: silentLogger,
  };
}

/** The steps that are left when one has failed: it, and those behind it. */
function afterFailure(steps: readonly Step[], error: unknown): readonly Step[] {
  const failed = error instanceof LimbeckError ? error.details['revision'] : undefined;
  const index = steps.findIndex(({ revision }) => revision === failed);
  return steps.slice(Math.max(0, index));
}
