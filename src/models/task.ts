/** What a prompt asks of `offline/extractive`, and of which text. */
export interface Task {
  readonly text: string;
  /** How many sentences; undefined when the prompt does not say. */
  readonly sentences: number | undefined;
  /** One sentence a line. */
  readonly list: boolean;
  /** `at most 280 characters`. */
  readonly limit: { readonly count: number; readonly unit: 'words' | 'characters' } | undefined;
}

/** Undefined when the prompt asks for anything but picking sentences. The request stands first (up to a colon or a line's end) or last. */
export function taskOf(prompt: string): Task | undefined {
  const split = requestFirst(prompt) ?? requestLast(prompt);
  if (split === undefined) return undefined;
  const { request, text } = split;
  const limit = /(?:at most|under|up to|max(?:imum)?(?: of)?|within) (\d+) (words|characters)/i.exec(request);
  return {
    text,
    sentences: countIn(request),
    list: /\b(list|bullets?|key (facts|points|ideas)|points|facts|highlights)\b/i.test(request),
    limit:
      limit === null
        ? undefined
        : { count: Number(limit[1]), unit: limit[2]?.toLowerCase() === 'words' ? 'words' : 'characters' },
  };
}

const PICKING =
  /\b(summar|shorten|condense|tl;?dr|gist|outline\b|highlights?\b|key (facts?|points?|ideas?|information|sentences?)|main (points?|ideas?|facts?|message)|extract|most important)/i;

/** Words that ask for text which is not in the text. */
const WRITING =
  /\b(translat|rewrite|rephrase|poem|haiku|rhyme|joke|json|yaml|xml|csv|code|function|calculate|classif|rate\b|score|insight|analy[sz]|explain|argue|compare|evaluat|repl(y|ies)|answer)|\bin (french|german|spanish|italian|portuguese|dutch|polish|russian|chinese|japanese|korean|arabic|hindi)\b/i;

interface Split {
  readonly request: string;
  readonly text: string;
}

function requestFirst(prompt: string): Split | undefined {
  const [, request = '', text = ''] = /^\s*([^\n]*?(?::(?=\s)|\n|$))([\s\S]*)$/.exec(prompt) ?? [];
  return accepted(request, text);
}

function requestLast(prompt: string): Split | undefined {
  const [, text = '', request = ''] = /^([\s\S]*)\n\s*\n([^\n]+)\s*$/.exec(prompt) ?? [];
  return accepted(request, text);
}

function accepted(request: string, text: string): Split | undefined {
  return PICKING.test(request) && !WRITING.test(request) ? { request, text } : undefined;
}

const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

function countIn(request: string): number | undefined {
  const found =
    /\b(\d{1,3}|[a-z]+) (?:short |key |main |most important )*(?:sentences?|bullets?|points?|facts?|ideas?|lines?)\b/i.exec(
      request,
    )?.[1];
  if (found === undefined) return /\b(a|the) (single )?sentence\b/i.test(request) ? 1 : undefined;
  const number = /^\d/.test(found) ? Number(found) : NUMBERS.indexOf(found.toLowerCase());
  if (number > 0) return number;
  return /^(a|the|single)$/i.test(found) && /\b(a|the|single) (single )?sentence\b/i.test(request) ? 1 : undefined;
}
