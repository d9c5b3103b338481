import type { ErrorRecord } from '../../core/errors.ts';

/**
 * What a client is told of an error. Models and the chain speak for themselves; what programs, functions and servers wrote, and
 * where they are, is for the operator, who has it in the journal. `programs` are the tools that run a command or a function.
 */
export function toldError(record: ErrorRecord, programs: ReadonlySet<string>): ErrorRecord {
  const { help: _, ...rest } = record;
  if (record.code === 'PC7004') return { ...record, message: toldToolStep(record.message, programs) };
  const told = Object.hasOwn(TOLD, record.code) ? TOLD[record.code] : undefined;
  return told === undefined ? record : { ...rest, message: typeof told === 'string' ? told : told(record.message) };
}

/** The same of the text that a failed call of a tool gave its model. */
export function toldFailedCall(tool: string, text: string, programs: ReadonlySet<string>): string {
  if (programs.has(tool)) return 'the tool failed';
  return /^the MCP server "/.test(text) ? beforeItsLines(text) : text;
}

/** The sentences of `steps/`, `lib/process.ts` and `tools/mcp/`, without what they quote. */
const TOLD: Readonly<Record<string, string | ((message: string) => string)>> = {
  PC0001: 'something failed in the server',
  PC4005: 'the command that gives a key failed',
  PC7011: ofServer('cannot be started'),
  PC7012: ofServer('did not answer in time'),
  PC7013: beforeItsLines,
  PC7014: beforeItsLines,
  PC7017: ofServer('cannot be reached, or answers with an error'),
  PC7101: (message) => message.replace(/\n.*$/s, ''),
  PC7102: 'a command could not be started',
  PC7103: 'the output of a command is too large',
  PC7104: 'the output of a command is not UTF-8 text',
  PC7105: 'the output of a command is not JSON',
  PC7201: (message) => `a function failed${/#[\w$]+ failed(: \w*(?:Error|Exception)): /.exec(message)?.[1] ?? ''}`,
  PC7202: 'a function could not be loaded',
  PC7203: 'a function returned what is neither text nor JSON',
  PC7204: 'a function ended its thread before it returned',
};

function ofServer(what: string): (message: string) => string {
  return (message) => `the MCP server ${/"[^"]*"/.exec(message)?.[0] ?? ''} ${what}`;
}

function beforeItsLines(message: string): string {
  return message.replace(/; the last it wrote:\n.*$/s, '');
}

function toldToolStep(message: string, programs: ReadonlySet<string>): string {
  const [, begin = '', tool = '', text = ''] = /^(the tool "([^"]*)" failed): (.*)$/s.exec(message) ?? [];
  if (programs.has(tool)) return begin;
  return tool === '' ? message : `${begin}: ${toldFailedCall(tool, text, programs)}`;
}
