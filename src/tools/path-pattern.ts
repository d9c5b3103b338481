/**
 * A test for paths by a pattern: `*` any characters but `/`, `**` any folders, `?` one character, `{a,b}` either. A pattern
 * without `/` is for the file's name, wherever it lies. Takes time in proportion to pattern times path, whatever they are.
 */
export function pathPattern(pattern: string): (path: string) => boolean {
  const forms = expanded(pattern.replace(/^\.\//, '')).map((form) => (form.includes('/') ? form.split('/') : ['**', form]));
  return (path) => forms.some((form) => fitsFolders(form, path.split('/')));
}

const MOST_FORMS = 64;

/** The pattern with each brace replaced by one of its choices; a brace too many stays as it is. */
function expanded(pattern: string): readonly string[] {
  let forms = [pattern];
  for (;;) {
    const next = forms.flatMap((form) => {
      const brace = /\{([^{}]*,[^{}]*)\}/.exec(form);
      if (brace === null) return [form];
      const before = form.slice(0, brace.index);
      const after = form.slice(brace.index + brace[0].length);
      return (brace[1] ?? '').split(',').map((choice) => before + choice + after);
    });
    if (next.length === forms.length || next.length > MOST_FORMS) return forms;
    forms = next;
  }
}

function fitsFolders(pattern: readonly string[], path: readonly string[]): boolean {
  return fits(
    pattern,
    path,
    (part) => part === '**',
    (part, name) => fitsName(part, name),
  );
}

function fitsName(pattern: string, name: string): boolean {
  return fits(
    [...pattern],
    [...name],
    (char) => char === '*',
    (char, other) => char === '?' || char === other,
  );
}

/** A list of parts against another, where a star stands for any number of them: goes back to the last star only. */
function fits<T>(
  pattern: readonly T[],
  items: readonly T[],
  isStar: (part: T) => boolean,
  same: (part: T, item: T) => boolean,
): boolean {
  let [at, item, star, from] = [0, 0, -1, 0];
  while (item < items.length) {
    const part = pattern[at];
    if (part !== undefined && isStar(part)) [star, from, at] = [at, item, at + 1];
    else if (part !== undefined && same(part, items[item] as T)) [at, item] = [at + 1, item + 1];
    else if (star !== -1) [from, item, at] = [from + 1, from + 1, star + 1];
    else return false;
  }
  return pattern.slice(at).every(isStar);
}
