/** What a program that uses promptchain as a library can rely on. */
export type { Chain, InputSpec } from './core/chain.ts';
export type { ErrorRecord, Reason } from './core/errors.ts';
export { ChainError, Failure, LimitError, ModelError, StepError, StoreError, UsageError } from './core/errors.ts';
export type { Event } from './core/event.ts';
export type { Json, JsonObject } from './core/json.ts';
export type { Limits } from './core/limits.ts';
export type { Memory, MemoryChange } from './core/memory.ts';
export type { Model, ModelEvent, ModelRequest, ModelSpec, OpenModel, Usage } from './core/model.ts';
export type { Problem } from './core/problem.ts';
export type { ConversationSoFar, RunResult, RunStatus, StepResult } from './core/run.ts';
export { type LoadChainOptions, loadChain, type RunChainOptions, runChain } from './library.ts';
