/**
 * Random histories as projects: made as people make them, by editing live files and running limbeck's commands on
 * checkouts of branches, beside a model that says what should come of it.
 */
import { expect } from 'chai';
import type { Knex } from 'knex';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { merge, type NewRevisionReport, revision } from '../../lib/index.js';
import { type MigrationProject, migrationProject } from '../helpers/migration-project.js';
import { rejectionOf } from '../helpers/thrown.js';
import { Counter, edited, type EditedTree, firstTree } from './edits.js';
import { textOf } from './model-files.js';
import { HistoryModel, isSame, type ModelEntry, type Tree } from './model.js';
import type { EditSeed, EventSeed, HistorySeed } from './seed.js';
import { hasCrossedRenames, liveTree, uncovered, type WantedJoin, wantedMerge } from './wanted-joins.js';

/** A history that is written, and what should be true of it. */
export interface WrittenHistory {
  readonly project: MigrationProject;
  readonly model: HistoryModel;
  /** Whether a merge joined a file that was changed on both sides. */
  readonly hasJoinedFile: boolean;
  /** The history in words, for messages. */
  readonly told: string;
}

/** Makes a history. */
export async function writeHistory(config: Knex.Config, seed: HistorySeed): Promise<WrittenHistory> {
  const transaction = seed.isOneTransaction ? 'all' : 'revision';
  const project = migrationProject(config, { settings: { transaction } });
  const writer = new Writer(project);
  await writer.first();
  for (const event of seed.events) await writer.write(event);
  writer.checkOut(writer.model.graph.ids, new Map());
  const { model, hasJoinedFile, told } = writer;
  return { project, model, hasJoinedFile, told };
}

class Writer {
  model = new HistoryModel([]);
  hasJoinedFile = false;
  readonly #project: MigrationProject;
  readonly #numbers = new Counter();
  /** The files of each revision, by name. */
  readonly #files = new Map<string, ReadonlyMap<string, string>>();

  constructor(project: MigrationProject) {
    this.#project = project;
  }

  first(): Promise<void> {
    return this.#revise([], undefined, { tree: firstTree(this.#numbers), renames: new Map() });
  }

  async write(event: EventSeed): Promise<void> {
    if (event.kind === 'merge') return this.#merge(event);
    const { ids } = this.model.graph;
    const parent = ids.at(-1 - (event.at % ids.length)) ?? '';
    if (event.kind === 'revise') return this.#edit(parent, event.edits, ids.at(-event.needs));
    const { file, slots } = event;
    for (const slot of slots)
      await this.#edit(parent, [{ what: 'change', file, slot }, ...(slot === slots[0] ? event.edits : [])]);
  }

  /** Puts scripts and live files on disk as in a checkout of a branch. */
  checkOut(ids: Iterable<string>, tree: Tree): void {
    for (const folder of ['migrations', 'raw_sql'])
      if (existsSync(this.#project.path(folder))) this.#project.remove(folder);
    this.#project.write('migrations/.gitkeep', '');
    for (const id of ids)
      for (const [file, text] of this.#files.get(id) ?? []) this.#project.write(file, text);
    for (const [path, file] of tree) this.#project.write(`raw_sql/${path}`, textOf(file));
  }

  async #edit(parent: string, edits: readonly EditSeed[], needed?: string): Promise<void> {
    const { graph } = this.model;
    const below = graph.closure([parent]);
    // What stands on something that diverges is not told by one text.
    const isNeeded = needed !== undefined && !below.has(needed) && this.#isPlain([parent, needed]);
    const before = isNeeded ? graph.closure([parent, needed]) : below;
    if (this.model.divergentAt(before).length > 0) return;
    await this.#revise(
      [parent],
      isNeeded ? needed : undefined,
      edited(this.model.treeAt(before), edits, this.#numbers, this.#typesElsewhere(before)),
    );
  }

  /** Types that a branch has touched stay with it: what two branches make of one depends on who comes first. */
  #typesElsewhere(before: ReadonlySet<string>): ReadonlySet<string> {
    const others = this.model.revisions.filter(({ id }) => !before.has(id));
    const paths = others.flatMap(({ entries }) => [...entries.keys()]);
    return new Set(paths.filter((path) => path.startsWith('types/')));
  }

  #isPlain(ids: readonly string[]): boolean {
    return this.model.divergentAt(this.model.graph.closure(ids)).length === 0;
  }

  async #revise(
    parents: readonly string[],
    needed: string | undefined,
    { tree, renames }: EditedTree,
  ): Promise<void> {
    const id = this.#nextId();
    const dependsOn = needed === undefined ? [] : [needed];
    const before = this.model.graph.closure([...parents, ...dependsOn]);
    const entries = entriesBetween(this.model.treeAt(before), tree, renames);
    this.checkOut(before, tree);
    const report = await revision(await this.#project.open(), {
      message: `make ${id}`,
      revisionId: id,
      head: parents[0] ?? 'base',
      splice: true,
      dependsOn,
      autogenerate: true,
    });
    if (entries.size === 0) expect(report.file, 'nothing to ship').to.equal(null);
    else this.#note(report, { id, parents, dependsOn, entries });
  }

  async #merge({ at, live, all }: EventSeed & { readonly kind: 'merge' }): Promise<void> {
    const { heads, graph } = this.model;
    if (heads.length < 2) return;
    const first = at % heads.length;
    const parents = all
      ? heads
      : heads.filter((_, index) => index === first || index === (first + 1) % heads.length);
    const before = graph.closure(parents);
    const open = this.model.divergentAt(before);
    const tree = this.model.treeAt(before);
    if (hasCrossedRenames(open)) return;
    const { wanted, joins } = wantedMerge(open, { model: this.model, before, live, numbers: this.#numbers });
    if (joins.some(({ isPredicted }) => isPredicted)) this.hasJoinedFile = true;
    const id = this.#nextId();
    this.checkOut(before, liveTree(tree, open, live));
    const report = await this.#join(id, parents, joins, wanted);
    const names = joins.flatMap(({ path, gone }) => [path, ...gone]);
    const touched = [...names, ...uncovered(names, open, wanted)];
    const entries = new Map(touched.map((path): [string, ModelEntry] => [path, { file: wanted.get(path) }]));
    for (const [path, file] of wanted)
      if (touched.includes(path)) expect(this.#project.read(`raw_sql/${path}`), path).to.equal(textOf(file));
    this.#note(report, { id, parents, dependsOn: [], entries });
  }

  /** Runs the merge; where it has to ask, answers and runs it again. */
  async #join(
    id: string,
    parents: readonly string[],
    joins: readonly WantedJoin[],
    wanted: Tree,
  ): Promise<NewRevisionReport> {
    const run = async (resolved: readonly string[]) =>
      merge(await this.#project.open(), {
        revisions: parents,
        splice: true,
        message: `join ${id}`,
        revisionId: id,
        resolved,
      });
    if (joins.every(({ isPredicted, hasConflict }) => isPredicted && !hasConflict)) return run([]);
    const isPredicted = joins.every((each) => each.isPredicted);
    if (isPredicted) expect((await rejectionOf(run([]))).code).to.equal('ASSET_CONFLICT');
    this.checkOut(this.model.graph.closure(parents), wanted);
    return run(
      isPredicted
        ? []
        : joins.flatMap(({ path, gone, isByObject }) => (isByObject ? [] : [path, ...gone].slice(0, 1))),
    );
  }

  /** The history so far, for messages. */
  get told(): string {
    return this.model.revisions.map(toldRevision).join('; ');
  }

  #nextId(): string {
    return `r${String(this.model.revisions.length).padStart(2, '0')}`;
  }

  #note(report: NewRevisionReport, made: HistoryModel['revisions'][number]): void {
    const shipped = report.assets.map(({ action, path }) => `${action === 'drop' ? 'drop' : 'load'} ${path}`);
    const wanted = [...made.entries]
      .filter(([, { renamedTo }]) => renamedTo === undefined)
      .map(([path, { file }]) => `${file === undefined ? 'drop' : 'load'} ${path}`);
    expect(shipped.sort(), `shipped by ${made.id} of ${this.told}`).to.deep.equal(wanted.sort());
    const script = report.file ?? '';
    const folder = script.replace(/\.\w+$/, '.assets');
    const names = existsSync(this.#project.path(folder))
      ? readdirSync(this.#project.path(folder), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(this.#project.root, resolve(entry.parentPath, entry.name)))
      : [];
    expect(dirname(script)).to.equal('migrations');
    this.#files.set(made.id, new Map([script, ...names].map((name) => [name, this.#project.read(name)])));
    this.model = this.model.with(made);
  }
}

function toldRevision({ id, parents, dependsOn, entries }: HistoryModel['revisions'][number]): string {
  const links = [...parents, ...dependsOn.map((needed) => `needs ${needed}`)];
  const files = [...entries].map(([path, { file, renamedTo }]) =>
    file === undefined ? (renamedTo === undefined ? `no ${path}` : `${path} is ${renamedTo}`) : path,
  );
  return `${id} on ${links.join(' and ') || 'nothing'}: ${files.join(', ')}`;
}

/** What a revision ships that makes one tree of another. */
function entriesBetween(
  before: Tree,
  after: Tree,
  renames: ReadonlyMap<string, string>,
): Map<string, ModelEntry> {
  const names = new Map([...renames].map(([name, was]) => [was, name]));
  const made = [...after].filter(([path, file]) => !isSame(before.get(path), file));
  const gone = [...before.keys()].filter((path) => !after.has(path));
  return new Map<string, ModelEntry>([
    ...made.map(([path, file]) => [path, { file }] as const),
    ...gone.map((path) => {
      const renamedTo = names.get(path);
      return [path, { file: undefined, ...(renamedTo !== undefined && { renamedTo }) }] as const;
    }),
  ]);
}
