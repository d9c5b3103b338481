import { UsageError } from '../core/errors.ts';

/** The namespace of memory that a session is kept in. Throws `UsageError` for a name that cannot be one. */
export function namespaceOf(session: string): string {
  const problem = problemOf(session);
  if (problem === undefined) return `${PREFIX}${session}`;
  throw new UsageError(`${problem}: ${JSON.stringify(session.slice(0, SHOWN))}`, {
    code: 'PC8301',
    help: `a session is named in up to ${LONGEST} characters, without "/" and control characters: --session trip-to-rome`,
  });
}

/** The session kept in a namespace; undefined when it holds none. */
export function sessionIn(namespace: string): string | undefined {
  return namespace.startsWith(PREFIX) ? namespace.slice(PREFIX.length) : undefined;
}

/** What the sessions of a server's clients begin with: those of a terminal are under names that can be guessed. */
export const SERVED = 'served:';

const PREFIX = 'chat:';
const LONGEST = 100;
const SHOWN = 40;

function problemOf(session: string): string | undefined {
  if (session.trim() === '') return 'the name of the session is empty';
  if (session.trim() !== session) return 'the name of the session begins or ends with a space';
  if ([...session].length > LONGEST) return `the name of the session is longer than ${LONGEST} characters`;
  if (/[/\\]/.test(session)) return 'the name of the session has a slash';
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(session))
    return 'the name of the session has a character that cannot be seen';
  return undefined;
}
