import { type Attributes, type Context, type Link, type Span, SpanKind, type Tracer, trace } from '@opentelemetry/api';

export interface NewSpan {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly attributes: Attributes;
  readonly kind?: SpanKind;
}

/** The spans of one run by journal path: whose child a span is, follows from where its path lies. */
export interface SpanTree {
  readonly root: Span;
  /** Begins the span that is at that path from now on. */
  open(path: string, span: NewSpan): Span;
  /** Begins one that has no path of its own, in what is at that path or around it. */
  within(path: string, span: NewSpan): Span;
  /** What is at that path, unless it has ended. */
  at(path: string): Span | undefined;
  /** What is at that path, or around it; it may have ended. */
  nearest(path: string): Span;
  close(span: Span, at: number): void;
  /** What has not been closed, the innermost first, the root left out. */
  unclosed(): readonly Span[];
}

export function growSpanTree(tracer: Tracer, parent: Context, root: NewSpan & { readonly links: Link[] }): SpanTree {
  const begin = ({ name, at, attributes, kind = SpanKind.INTERNAL }: NewSpan, around: Context, links: Link[] = []) =>
    tracer.startSpan(name, { kind, startTime: at, attributes, links }, around);
  const top = begin(root, parent, root.links);
  const byPath = new Map<string, Span>();
  const open = new Set<Span>();

  const first = (paths: readonly string[]): Span => {
    const found = paths.find((path) => byPath.has(path));
    return (found === undefined ? undefined : byPath.get(found)) ?? top;
  };
  const beginIn = (around: Span, span: NewSpan): Span => {
    const begun = begin(span, trace.setSpan(parent, around));
    open.add(begun);
    return begun;
  };

  return {
    root: top,
    open(path, span) {
      const begun = beginIn(first(placesAround(path)), span);
      byPath.set(path, begun);
      return begun;
    },
    within: (path, span) => beginIn(first([path, ...placesAround(path)]), span),
    at(path) {
      const span = byPath.get(path);
      return span !== undefined && open.has(span) ? span : undefined;
    },
    nearest: (path) => first([path, ...placesAround(path)]),
    close(span, at) {
      if (!open.delete(span) && span !== top) return;
      span.end(at);
    },
    unclosed: () => [...open].reverse(),
  };
}

/** Every place a journal path lies in, the nearest first: of `views/each[3]/t2.1` these are `views/each[3]/t2`, `views/each[3]`, … */
function placesAround(path: string): readonly string[] {
  const places: string[] = [];
  for (let rest = outer(path); rest !== ''; rest = outer(rest)) places.push(rest);
  return places;
}

function outer(path: string): string {
  const mark = /(?:\[\d+\]|#\d+|\.\d+)$/.exec(path);
  return path.slice(0, mark?.index ?? Math.max(0, path.lastIndexOf('/')));
}
