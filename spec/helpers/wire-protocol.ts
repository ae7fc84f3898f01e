/**
 * Cuts a stream of PostgreSQL's wire protocol, version 3, into messages.
 *
 * A message is one byte for its type, four for its length (which counts itself), and the content. Only the first
 * messages of a client have no type byte, and the server answers a request for encryption with one bare byte.
 *
 * @see PostgreSQL manual, "Frontend/Backend Protocol", section "Message Formats"
 */

export interface WireMessage {
  /** The type byte as a character; empty for the messages before the session starts. */
  readonly type: string;
  readonly content: Buffer;
}

const startupVersion = 3;
const encryptionRequests = new Set([80877103, 80877104]);

/** Reads what a client sends. */
export class FrontendReader {
  #rest: Buffer = Buffer.alloc(0);
  #hasStarted = false;
  #requests = 0;

  /** Returns the messages that `chunk` completes. */
  read(chunk: Buffer): WireMessage[] {
    const messages: WireMessage[] = [];
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (let message = this.#next(); message !== undefined; message = this.#next()) messages.push(message);
    return messages;
  }

  /** Takes the number of encryption requests since the last call; each is answered with one bare byte. */
  takeEncryptionRequests(): number {
    const taken = this.#requests;
    this.#requests = 0;
    return taken;
  }

  #next(): WireMessage | undefined {
    const message = cutMessage(this.#rest, this.#hasStarted);
    if (message === undefined) return undefined;
    this.#rest = this.#rest.subarray(message.content.length + 4 + message.type.length);
    if (!this.#hasStarted) this.#noteStart(message.content.readInt32BE(0));
    return message;
  }

  #noteStart(code: number): void {
    if (encryptionRequests.has(code)) this.#requests += 1;
    if (code >> 16 === startupVersion) this.#hasStarted = true;
  }
}

/** Reads what a server sends. */
export class BackendReader {
  #rest: Buffer = Buffer.alloc(0);
  #bareBytes = 0;

  /** Says that the next `count` bytes are answers to encryption requests. */
  expectBareBytes(count: number): void {
    this.#bareBytes += count;
  }

  /**
   * Returns the messages that `chunk` completes.
   *
   * @throws Error when the server agrees to encrypt, as nothing can be read from then on
   */
  read(chunk: Buffer): WireMessage[] {
    const messages: WireMessage[] = [];
    this.#rest = this.#skipBareBytes(Buffer.concat([this.#rest, chunk]));
    for (;;) {
      const message = cutMessage(this.#rest, true);
      if (message === undefined) return messages;
      this.#rest = this.#rest.subarray(message.content.length + 5);
      messages.push(message);
    }
  }

  #skipBareBytes(bytes: Buffer): Buffer {
    const skipped = Math.min(this.#bareBytes, bytes.length);
    this.#bareBytes -= skipped;
    if (bytes.subarray(0, skipped).some((byte) => byte !== 'N'.charCodeAt(0))) {
      throw new Error('the server agreed to encrypt the connection, which a counting proxy cannot read');
    }
    return bytes.subarray(skipped);
  }
}

/** Returns the text of a simple Query message or a Parse message, or undefined for any other. */
export function sqlOf({ type, content }: WireMessage): string | undefined {
  const strings = content.toString('utf8').split('\0');
  if (type === 'Q') return strings[0];
  return type === 'P' ? strings[1] : undefined;
}

function cutMessage(bytes: Buffer, hasType: boolean): WireMessage | undefined {
  const start = hasType ? 1 : 0;
  if (bytes.length < start + 4) return undefined;
  const end = start + bytes.readInt32BE(start);
  if (bytes.length < end) return undefined;
  return { type: bytes.toString('latin1', 0, start), content: bytes.subarray(start + 4, end) };
}
