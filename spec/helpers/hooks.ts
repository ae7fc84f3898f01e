/** Root hooks of mocha: what happens once around all specs. Loaded by `require` in `.mocharc.json`. */
import { removeProjects } from './project.js';
import { stopServers } from './server.js';

export const mochaHooks = {
  /**
   * Removes temporary projects, and stops the servers that the specs have started; without it they would stop a moment
   * after the process.
   *
   * Side by side with others, a process of mocha's runs many files and calls this after each: its servers serve them
   * all, and end with it.
   */
  async afterAll(): Promise<void> {
    removeProjects();
    if (process.env['MOCHA_WORKER_ID'] === undefined) await stopServers();
  },
};
