import { checkData } from '../../chain/data-file.ts';
import type { Case } from '../../core/dataset.ts';
import { ChainError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { readDataset } from '../../eval/dataset.ts';
import { groupsOf } from '../../eval/duplicates.ts';
import { caseInputs } from '../test/case-inputs.ts';
import type { Subject } from './subject.ts';
import type { Invented } from './writer.ts';

/** A case that was taken: its line of the file, and what readers make of it. */
export interface Admitted {
  readonly row: JsonObject;
  readonly read: Case;
}

/** Why a case was not taken: it repeats another, or the chain could not be run with it. */
export type Refusal = 'repeated' | 'unusable';

/** Takes a case if whoever reads the file can run it, and no case there is says nearly the same. */
export function admit(
  invented: Invented,
  { chain, step }: Subject,
  { writer, known }: { readonly writer: string; readonly known: readonly Case[] },
): Admitted | Refusal {
  const { input, inputs = {}, rubric, kind } = invented;
  const row: JsonObject = {
    ...(input === undefined ? {} : { input }),
    ...(Object.keys(inputs).length === 0 ? {} : { vars: inputs }),
    ...(rubric === undefined
      ? {}
      : { assert: [{ type: 'llm-rubric', value: plain(rubric), ...(step === undefined ? {} : { step }) }] }),
    metadata: { category: kind, synthetic: true, writer },
    // A list is one value here, not several cases.
    ...(Object.values(inputs).some(Array.isArray) ? { options: { disableVarExpansion: true } } : {}),
  };
  const read = readBack(row);
  if (read === undefined || isBlank(read) || !runs(chain, read)) return 'unusable';
  return groupsOf([...known, read]).some((group) => group.length > 1 && group.includes(read)) ? 'repeated' : { row, read };
}

/** `{{name}}` in a rubric would stand for a var. */
function plain(rubric: string): string {
  return rubric.replaceAll('{{', '{ {').replaceAll('}}', '} }');
}

/** As another command reads it: a text that names a file, or anything else that is no plain case, is none. */
function readBack(row: JsonObject): Case | undefined {
  try {
    const { cases } = readDataset('/case.jsonl', {
      check: checkData,
      read: () => ({ text: JSON.stringify(row) }),
      locate: () => ({ problem: 'it names a file' }),
    });
    return cases.length === 1 ? cases[0] : undefined;
  } catch (error) {
    if (error instanceof ChainError) return undefined;
    throw error;
  }
}

function isBlank({ input, vars }: Case): boolean {
  return (input ?? '').trim() === '' && Object.keys(vars).length === 0;
}

function runs(chain: Subject['chain'], read: Case): boolean {
  try {
    caseInputs(chain, { file: '/case.jsonl', cases: [read], warnings: [], sources: new Map() });
    return true;
  } catch (error) {
    if (error instanceof ChainError) return false;
    throw error;
  }
}
