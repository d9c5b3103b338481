import type { Assertion } from '../../core/dataset.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import { textsOf } from './contains-list.ts';
import type { AssertionKind } from './kind.ts';

export const isXml: AssertionKind = {
  summary: 'the output is well-formed XML, with the elements of the value: root.child, root.child.leaf',
  async check({ assertion, text }) {
    const { SaxesParser } = await import('saxes');
    const parser = new SaxesParser({ xmlns: true });
    const open: string[] = [];
    const found = new Set<string>();
    parser.on('opentag', ({ name }) => found.add(open.concat(name).join('.')) && open.push(name));
    parser.on('closetag', () => open.pop());
    try {
      parser.write(text).close();
    } catch (error) {
      const because = `the output is not XML: ${(error as Error).message}`;
      return { holds: false, because, fix: 'answer with one well-formed XML element and nothing else' };
    }
    const missing = elementsOf(assertion).filter((path) => !found.has(path));
    if (missing.length === 0) return { holds: true, because: 'the output is XML with every element' };
    return { holds: false, because: `the XML lacks ${missing.join(', ')}`, fix: `add ${missing.join(', ')}` };
  },
};

/** A list, a text of names between commas, or `{requiredElements: […]}`. */
function elementsOf({ value }: Assertion): readonly string[] {
  if (value === undefined || value === null) return [];
  return textsOf(isJsonObject(value) ? ((value.requiredElements ?? []) as Json) : value);
}
