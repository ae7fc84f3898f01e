/**
 * A program for the specs of the launcher: starts the server that its first argument names, asks it something,
 * prints what it knows as one line of JSON, and ends in the way that its second argument says.
 *
 * `stop` stops the server first, `leave` just ends, `wait` goes on until it is killed.
 */
import { Client } from 'pg';
import { findInstallation, serverNames } from './installation.js';
import { type Server, startServer } from './server.js';

export interface ChildReport {
  readonly uid: number | undefined;
  readonly pid: number;
  readonly folder: string;
  readonly version: string;
}

const [, , wanted, end] = process.argv;
const name = serverNames.find((known) => known === wanted);
const installation = name === undefined ? undefined : findInstallation(name);
if (installation === undefined) throw new Error(`no server ${wanted}`);

const server = await startServer(installation);
const report: ChildReport = {
  uid: process.getuid?.(),
  pid: server.pid,
  folder: server.folder,
  version: await askVersion(server),
};
console.log(JSON.stringify(report));
if (end === 'stop') await server.stop();
if (end === 'wait') setInterval(() => undefined, 1000);

async function askVersion(running: Server): Promise<string> {
  const client = new Client(running.connection('postgres'));
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  await client.end();
  return rows[0]?.server_version ?? '';
}
