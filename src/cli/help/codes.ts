import { CODES as chain } from '../../chain/codes.ts';
import { CODES as conversation } from '../../conversation/codes.ts';
import { CODES as engine } from '../../engine/codes.ts';
import { CODES as engineer } from '../../engineer/codes.ts';
import { CODES as evaluation } from '../../eval/codes.ts';
import { CODES as models } from '../../models/codes.ts';
import { CODES as chat } from '../../serve/chat/codes.ts';
import { CODES as serve } from '../../serve/codes.ts';
import { CODES as steps } from '../../steps/codes.ts';
import { CODES as store } from '../../store/codes.ts';
import { CODES as template } from '../../template/codes.ts';
import { CODES as tools } from '../../tools/codes.ts';
import { CODES as mcp } from '../../tools/mcp/codes.ts';
import { CODES as cli } from '../codes.ts';
import { CODES as optimisation } from '../optimize/codes.ts';
import { CODES as traffic } from '../traffic/codes.ts';
import { CODES as trust } from '../trust/codes.ts';

/** Every part's table of error codes. No two parts use the same code. */
export const CODE_TABLES: readonly Readonly<Record<string, string>>[] = [
  chain,
  chat,
  cli,
  conversation,
  engine,
  engineer,
  evaluation,
  mcp,
  models,
  optimisation,
  serve,
  steps,
  store,
  template,
  tools,
  traffic,
  trust,
];
