import type { BuiltIn } from './built-in.ts';
import { calculator } from './calculator.ts';
import { filesList } from './files-list.ts';
import { filesRead } from './files-read.ts';
import { filesSearch } from './files-search.ts';
import { filesWrite } from './files-write.ts';
import { httpFetch } from './http-fetch.ts';
import { memoryGet } from './memory-get.ts';
import { memoryList } from './memory-list.ts';
import { memorySet } from './memory-set.ts';
import { time } from './time.ts';

/** The tools that come with the program, off until a step names them. */
export const BUILT_INS: readonly BuiltIn[] = [
  calculator,
  filesList,
  filesRead,
  filesSearch,
  filesWrite,
  httpFetch,
  memoryGet,
  memoryList,
  memorySet,
  time,
];
