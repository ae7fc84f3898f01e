/**
 * Roles that scripts grant to, and that an embedded shadow does not have.
 */
import type { Session } from '../runtime/session.js';
import { quoteIdentifier } from '../sql/quote.js';

/** Makes the roles that a shadow was found to lack; each once. */
export class RoleMaker {
  readonly #session: Session;
  readonly #made = new Set<string>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Makes the role that an error says is missing; returns whether that is what it says. */
  async make(error: unknown): Promise<boolean> {
    const role = missingRole(error);
    if (role === undefined || this.#made.has(role)) return false;
    this.#made.add(role);
    await this.#session.sink.ask(`create role ${quoteIdentifier(role)} nologin`);
    return true;
  }
}

/** Returns the role that the server says does not exist: in a grant, or as a value of the setting "role". */
function missingRole(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { readonly code?: string };
    if (code !== '42704' && code !== '22023') continue;
    return /^role "(.+)" does not exist$/s.exec(at.message)?.[1];
  }
  return undefined;
}
