import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Does the work in a folder that holds 256 KiB. */
export async function onSmallDisk(folder: string, work: (disk: string) => Promise<void>): Promise<void> {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', disk]);
  try {
    await work(disk);
  } finally {
    execFileSync('umount', [disk]);
  }
}

/** Why there can be no small disk, for `skip`: only root may mount one, and not in every container. */
export function cannotMount(): string | false {
  try {
    const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    execFileSync('rmdir', [folder]);
    return false;
  } catch {
    return 'needs the right to mount a small disk';
  }
}
