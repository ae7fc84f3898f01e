/** Root hooks of mocha: what happens once around all specs. Loaded by `require` in `.mocharc.json`. */
import { stopServers } from './server.js';

export const mochaHooks = {
  /** Stops the servers that the specs have started; without it they would stop a moment after the process. */
  async afterAll(): Promise<void> {
    await stopServers();
  },
};
