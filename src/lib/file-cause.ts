/** Why a file operation failed, for a sentence: in our words, or in its own. */
export function fileCause(error: unknown): string {
  return CAUSES[errnoOf(error) ?? ''] ?? (error instanceof Error ? error.message : String(error));
}

/** `ENOENT` and its like; undefined for anything that is not a failed system call. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than the system allows',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'the system does not permit it',
  EIO: 'the disk reported an I/O error',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its symbolic links go in a circle',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
  EEXIST: 'it exists already',
  ENOENT: 'there is no such file or folder',
};
