import type { AssertionType } from '../../lib/case-fields.ts';
import { bleu } from './bleu.ts';
import { closedQa } from './closed-qa.ts';
import { contains, icontains, startsWith } from './contains.ts';
import { containsJson } from './contains-json.ts';
import { containsAll, containsAny, icontainsAll, icontainsAny } from './contains-list.ts';
import { cost } from './cost.ts';
import { equals } from './equals.ts';
import { factuality } from './factuality.ts';
import { isJson } from './is-json.ts';
import { isXml } from './is-xml.ts';
import { javascript } from './javascript.ts';
import { jsonFields } from './json-fields.ts';
import type { AssertionKind } from './kind.ts';
import { latency } from './latency.ts';
import { levenshtein } from './levenshtein.ts';
import { llmRubric } from './llm-rubric.ts';
import { regex } from './regex.ts';
import { rougeN } from './rouge-n.ts';

/** Every kind of assertion, by the name that stands under `type`. */
export const ASSERTIONS: Readonly<Record<AssertionType, AssertionKind>> = {
  equals,
  'json-fields': jsonFields,
  contains,
  icontains,
  'contains-any': containsAny,
  'contains-all': containsAll,
  'icontains-any': icontainsAny,
  'icontains-all': icontainsAll,
  'starts-with': startsWith,
  regex,
  'is-json': isJson,
  'contains-json': containsJson,
  'is-xml': isXml,
  levenshtein,
  'rouge-n': rougeN,
  bleu,
  javascript,
  latency,
  cost,
  'llm-rubric': llmRubric,
  factuality,
  'model-graded-closedqa': closedQa,
};
