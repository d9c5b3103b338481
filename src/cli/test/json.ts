import { isSet } from '../../core/dataset.ts';
import type { CaseRun } from '../../core/evaluation.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { AssertionResult } from '../../core/score.ts';
import type { CaseSummary, Summary } from './summary.ts';

export interface JsonAbout {
  readonly chain: { readonly name: string; readonly file: string; readonly sha256: string };
  readonly dataset: string;
  readonly threshold: number | undefined;
  readonly durationMs: number;
  readonly exitCode: number;
  /** What ended it early. */
  readonly error: Json;
}

/** What `--json` prints of an evaluation. */
export function evaluationJson(
  summary: Summary,
  { chain, dataset, threshold, durationMs, exitCode, error }: JsonAbout,
): JsonObject {
  const { counts, score, metrics, usage, costUsd, met, cases } = summary;
  return {
    schema: 'promptchain.evaluation.v1',
    chain,
    dataset,
    exit_code: exitCode,
    met,
    score,
    threshold: threshold ?? null,
    counts,
    metrics,
    usage: usage as unknown as JsonObject,
    cost_usd: costUsd,
    duration_ms: Math.round(durationMs),
    error,
    cases: cases.map(caseJson),
  };
}

function caseJson({ case: asked, status, score, runs }: CaseSummary): JsonObject {
  const { id, description, input, vars, expected, metadata, position } = asked;
  return {
    id,
    ...(description === undefined ? {} : { description }),
    file: position.file,
    line: position.line,
    status,
    score,
    ...(input === undefined ? {} : { input }),
    vars,
    ...(expected === undefined ? {} : { expected }),
    metadata,
    runs: runs.map(runJson),
  };
}

function runJson({ runId, answer, score, error, usage, costUsd, durationMs }: CaseRun): JsonObject {
  return {
    run_id: runId,
    output: answer?.output ?? null,
    pass: score?.pass ?? null,
    score: score?.score ?? null,
    reason: score?.reason ?? error?.message ?? null,
    fix: score?.fix ?? null,
    metrics: score?.metrics ?? {},
    assertions: score?.results.map(assertionJson) ?? [],
    error: (error ?? null) as Json,
    usage: usage as unknown as JsonObject,
    cost_usd: costUsd,
    judge_usage: (score?.usage ?? null) as unknown as Json,
    judge_cost_usd: score?.costUsd ?? null,
    duration_ms: durationMs,
  };
}

function assertionJson({ assertion, pass, score, reason, fix, parts }: AssertionResult): JsonObject {
  const type = isSet(assertion) || !assertion.not ? assertion.type : `not-${assertion.type}`;
  return {
    type,
    ...(!isSet(assertion) && assertion.step !== undefined ? { step: assertion.step } : {}),
    ...(assertion.metric === undefined ? {} : { metric: assertion.metric }),
    weight: assertion.weight,
    pass,
    score,
    reason,
    ...(fix === undefined ? {} : { fix }),
    ...(parts === undefined ? {} : { parts: parts.map(assertionJson) }),
  };
}
