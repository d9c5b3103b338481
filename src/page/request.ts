import type { ErrorRecord } from '../core/errors.ts';
import { askForToken, token } from './token.ts';

/** What the server says is wrong, or that it says nothing. */
export interface Problem extends Pick<ErrorRecord, 'message' | 'help'> {
  readonly code?: string;
  /** What is wrong with an input, by its name. */
  readonly inputs?: { readonly [name: string]: string };
}

export class RefusedRequest extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(problem.message);
    this.status = status;
    this.problem = problem;
  }
}

/** Asks the server, with the token where it wants one. Throws `RefusedRequest` for anything but success. */
export async function request(path: string, options: RequestInit = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  const known = token();
  if (known !== undefined) headers.set('authorization', `Bearer ${known}`);
  const response = await fetch(path, { ...options, headers }).catch((error: unknown) => {
    if (options.signal?.aborted) throw error;
    throw new RefusedRequest(0, { message: 'the server does not answer', help: 'is it still running?' });
  });
  if (response.ok) return response;
  if (response.status === 401 && (await askForToken())) return request(path, options);
  throw new RefusedRequest(response.status, await problemIn(response));
}

/** The JSON at this address. */
export async function getJson<Body>(path: string, signal?: AbortSignal): Promise<Body> {
  const response = await request(path, { headers: { accept: 'application/json' }, ...(signal === undefined ? {} : { signal }) });
  return (await response.json()) as Body;
}

/** A part of an address. */
export function part(text: string): string {
  return encodeURIComponent(text);
}

async function problemIn(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => undefined);
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  if (typeof error === 'object' && error !== null && 'message' in error) return error as Problem;
  return { message: `the server answers ${response.status} ${response.statusText}`.trim() };
}

/** What to show of anything that was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RefusedRequest) return error.problem;
  return { message: error instanceof Error ? error.message : String(error) };
}
