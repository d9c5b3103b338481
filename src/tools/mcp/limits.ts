/** What one server may cost us. Each bound is told when it is reached. */
export const START_MS = 30_000;
export const CALL_MS = 60_000;
export const MESSAGE_BYTES = 64 * 1024 * 1024;
export const RESULT_CHARACTERS = 100_000;
/** Structured content goes on to later steps and into the journal, so it may be larger than what a model reads. */
export const DATA_CHARACTERS = 1_000_000;
export const PAGES = 20;
export const TOOLS = 2_000;
export const SCHEMA_CHARACTERS = 50_000;
export const DEPTH = 200;
export const DESCRIPTION_CHARACTERS = 2_000;
export const INSTRUCTIONS_CHARACTERS = 10_000;
/** Lines on stdout that are no messages, before the server is taken for something else than an MCP server. */
export const GARBAGE_LINES = 1_000;
export const LOG_LINES = 1_000;
export const LAST_LINES = 20;
export const LINE_CHARACTERS = 1_000;
