import type { IncomingMessage } from 'node:http';

/** Why a request gets no more than this answer. */
export interface Refusal {
  readonly status: number;
  /** Of `codes.ts`, or of the part that found the fault. */
  readonly code: string;
  readonly message: string;
  readonly help?: string;
  /** What is wrong with an input, by its name. */
  readonly inputs?: { readonly [name: string]: string };
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal that is found while a request is answered; the application answers with it. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = 'Refused';
    this.refusal = refusal;
  }
}

/** A refusal in the words of whoever asked: OpenAI's under `/v1`, JSON-RPC's under `/mcp`, ours elsewhere. */
export function bodyOf({ status, code, message, help, inputs }: Refusal, path: string): object {
  if (/^\/v1(\/|$)/.test(path))
    return { error: { message: sentence(message, help), type: openAiType(status), param: null, code } };
  if (/^\/mcp(\/|$)/.test(path)) return { jsonrpc: '2.0', id: null, error: { code: rpcCode(code), message, data: { code } } };
  return { error: { code, message, ...(help === undefined ? {} : { help }), ...(inputs === undefined ? {} : { inputs }) } };
}

/** The path of a request's target, without what follows it. */
export function pathOf({ url = '' }: Pick<IncomingMessage, 'url'>): string {
  return url.replace(/[?#].*$/s, '');
}

function sentence(message: string, help: string | undefined): string {
  return help === undefined ? message : `${message}: ${help}`;
}

function openAiType(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403 || status === 421) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;

function rpcCode(code: string): number {
  return code === 'PC2263' ? PARSE_ERROR : INVALID_REQUEST;
}
