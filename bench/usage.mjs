/**
 * Imported before the program that is measured: at its end it writes down the CPU time of the process.
 *
 * The children that Node has ended with cannot be asked for their usage, so each one tells its own.
 */
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(process.env.BENCH_USAGE, String((userCPUTime + systemCPUTime) / 1e6));
});
