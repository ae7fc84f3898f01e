/**
 * What a run tells while it works, as data.
 */
import type { LimbeckError } from '../errors.js';
import type { Step } from '../graph/plan.js';
import type { RevisionId } from '../graph/revision.js';
import type { Logger } from '../logger.js';
import type { LoadWarning } from '../ops/load-warnings.js';

/** A step among the steps of a run. */
export interface StepPosition extends Step {
  readonly message: string | undefined;
  /** From 1. */
  readonly position: number;
  /** How many steps the run has. */
  readonly count: number;
}

/** Something that happened in a run. Times are milliseconds. */
export type ProgressEvent =
  /** Another migrator has the lock; told again when that is another one. */
  | { readonly kind: 'lock-waits'; readonly holder: string; readonly timeoutMs: number }
  /** The plan is made; nothing was changed yet. Without steps there is nothing to do. */
  | { readonly kind: 'run-begins'; readonly steps: readonly Step[]; readonly current: readonly RevisionId[] }
  | ({ readonly kind: 'step-begins' } & StepPosition)
  /** The step met a lock of the application, was rolled back, and is tried again after a pause. */
  | ({ readonly kind: 'step-retries' } & StepPosition & Retry)
  /** A file has lost something without a word; told when the step has ended. */
  | ({ readonly kind: 'step-warns'; readonly warning: LoadWarning } & StepPosition)
  /** The step is committed; with `transaction: 'all'` it waits for the last one. */
  | ({ readonly kind: 'step-ends'; readonly durationMs: number } & StepPosition)
  | {
      readonly kind: 'run-ends';
      readonly steps: readonly Step[];
      readonly current: readonly RevisionId[];
      readonly durationMs: number;
    }
  /** The error is thrown as well. */
  | { readonly kind: 'run-fails'; readonly error: LimbeckError | Error; readonly durationMs: number };

/** A step that is tried again. */
export interface Retry {
  /** Who has the lock, as far as it was seen. */
  readonly blocker: string;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly attempts: number;
  readonly pauseMs: number;
}

export type ProgressListener = (event: ProgressEvent) => void;

/** Makes a listener whose errors are warnings: who watches a migration must not break it. */
export function guardedListener(listener: ProgressListener, logger: Logger): ProgressListener {
  const warn = (error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    logger.warn(`"onProgress" failed, and the run went on: ${text}; mend the listener`);
  };
  return (event) => {
    try {
      // A listener may be asynchronous though its type says nothing of it.
      void Promise.resolve(listener(event) as unknown).catch(warn);
    } catch (error) {
      warn(error);
    }
  };
}
