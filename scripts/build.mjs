/** Compiles lib, cli and spec into dist/, and makes the command line tool executable. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

removeOrphans();
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
chmodSync(join(root, 'dist/cli/main.js'), 0o755);

/** What was compiled from a file that is gone: the compiler leaves it, and mocha would run it. */
function removeOrphans() {
  for (const folder of ['lib', 'cli', 'spec']) {
    const compiled = join(root, 'dist', folder);
    if (!existsSync(compiled)) continue;
    for (const file of readdirSync(compiled, { recursive: true })) {
      const source = file.replace(/\.(d\.ts|js\.map|js)$/, '.ts');
      if (source !== file && !existsSync(join(root, folder, source))) rmSync(join(compiled, file));
    }
  }
}
