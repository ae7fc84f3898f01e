/**
 * The version of limbeck that is running.
 */
import { readFileSync } from 'node:fs';

/** Returns the version in limbeck's package.json. */
export function toolVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
