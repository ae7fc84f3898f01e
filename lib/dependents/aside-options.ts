/**
 * How things are set aside and put back.
 */
import type { Dependent } from '../assets/manifest.js';

export interface AsideOptions {
  /**
   * Whether the targets go as well, which their own files then make again. They keep what a definition does not
   * say: owner, grants, comments, labels, triggers, rules, indexes. Default: they stay.
   */
  readonly drop?: boolean;
  /** What must stand on the targets, no more and no less; default: whatever does. */
  readonly expected?: readonly Dependent[];
  /**
   * Whether table columns of a target's type, and types made of it, stay where they are, for the caller to convert; what
   * stands on them is set aside. `putBack` gives what has the names of these types by then their owners, grants, comments
   * and labels. Default: they stop it.
   */
  readonly columnsStay?: boolean;
  /** Which `putBack` brings it back; default: the one without a scope. */
  readonly scope?: string;
  /** The place that errors name. */
  readonly where?: string | undefined;
}

export interface PutBackOptions extends Pick<AsideOptions, 'scope' | 'where'> {
  /**
   * Objects that files make which are loaded later: where they do not fit yet, they stay aside with all that stands
   * on them, for the next `putBack`. Default: none.
   */
  readonly later?: readonly string[];
}
