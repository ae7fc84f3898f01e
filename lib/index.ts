/**
 * The public API of limbeck: everything that the command line does, as typed functions, and what scripts
 * and knexfiles import. It prints nothing and never exits.
 */
export { adopt, type AdoptedEntry, type AdoptOptions, type AdoptReport } from './commands/adopt.js';
export { revision, type RevisionOptions, type RevisionReport } from './commands/author.js';
export { merge, type MergedFile, type MergeOptions, type MergeReport } from './commands/merge.js';
export { freeze, type FreezeOptions, type FreezeReport, redo, type RedoReport } from './commands/freeze.js';
export {
  assetDiff,
  type AssetDiffEntry,
  type AssetDiffOptions,
  type AssetDiffReport,
} from './commands/asset-diff.js';
export {
  assetImport,
  type AssetImportEntry,
  type AssetImportOptions,
  type AssetImportReport,
} from './commands/asset-import.js';
export {
  assetStatus,
  type AssetStatusEntry,
  type AssetStatusOptions,
  type AssetStatusReport,
  type InstalledEntry,
} from './commands/asset-status.js';
export {
  assetHistory,
  type AssetHistoryOptions,
  type AssetHistoryReport,
  assetShow,
  type AssetShowReport,
  type AssetVersionEntry,
} from './commands/asset-versions.js';
export { check, type CheckFinding, type CheckOptions, type CheckReport } from './commands/check.js';
export type { FrozenEntry } from './commands/freezing.js';
export { init, type InitOptions, type InitReport } from './commands/init.js';
export {
  downgrade,
  ensureVersion,
  type EnsureVersionReport,
  type MigrationReport,
  stamp,
  type StampOptions,
  type StampReport,
  type TargetOptions,
  upgrade,
} from './commands/migrate.js';
export { log, type LogEntry, type LogOptions, type LogReport } from './commands/log.js';
export {
  downgradeSql,
  ensureVersionSql,
  type OfflineOptions,
  type OfflineReport,
  stampSql,
  upgradeSql,
} from './commands/offline.js';
export { plan, type PlanOptions, type PlanReport, type StepEntry } from './commands/plan.js';
export { roundTrip, type RoundTripOptions, type RoundTripReport } from './commands/prove.js';
export {
  type BranchEntry,
  branches,
  current,
  type CurrentReport,
  heads,
  type HeadsOptions,
  history,
  type HistoryOptions,
  type HistoryReport,
  locate,
  type LocateReport,
  type RevisionEntry,
  show,
  type ShowReport,
} from './commands/read.js';
export type { TrialChoice, TrialOptions } from './commands/trying.js';
export type { UnknownRow } from './commands/unknown-rows.js';
export type { NewRevisionChoices, NewRevisionReport } from './commands/write-revision.js';
export {
  type Config,
  defineConfig,
  type EnvironmentConfig,
  type KnexfileConfig,
  type KnexfileFunction,
  type KnexfileRequest,
} from './config/config.js';
export type { LimbeckSettings, Settings } from './config/settings.js';
export {
  AssetError,
  ConfigError,
  DatabaseError,
  type ErrorCode,
  errorCodes,
  LimbeckError,
  LockError,
  MigrationError,
  OfflineError,
  RevisionError,
  ScriptError,
  UsageError,
} from './errors.js';
export type { Step } from './graph/plan.js';
export type { RevisionId } from './graph/revision.js';
export { type Logger, silentLogger } from './logger.js';
export {
  dropStoredProc,
  dropType,
  dropView,
  loadStoredProc,
  loadType,
  loadView,
  syncAssets,
} from './ops/asset-helpers.js';
export type { DependentsTarget } from './ops/dependents-aside.js';
export type { LoadOptions, LoadTypeOptions } from './ops/asset-loader.js';
export type { Bindings, Operations, ScriptArguments } from './ops/operations.js';
export { openProject, type Project, type ProjectOptions, type SessionRequest } from './project.js';
export { embedded, type EmbeddedOptions } from './runtime/embedded.js';
export type { LoadWarning } from './ops/load-warnings.js';
export type { ProgressEvent, ProgressListener, Retry, StepPosition } from './runtime/progress.js';
export type { StepReport } from './runtime/run-plan.js';
export { adopted, type AdoptedScript } from './script/adopted.js';
export type { MemoryFiles } from './script/memory-scripts.js';
export type { Difference } from './schema/compare-snapshots.js';
export type { SchemaObject } from './schema/snapshot.js';
export type { ShadowChoice } from './shadow/shadow.js';
export type { QueryResult, Statement } from './sql/statement.js';
export type { RoundTripFinding } from './verify/round-trip.js';
export { toolVersion } from './version.js';
