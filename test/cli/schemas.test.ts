import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import type { z } from 'zod';
import type { ReportData } from '../../src/cli/optimize/report/data.ts';
import type { eventSchema } from '../../src/cli/schemas/events.ts';
import { DATA_SCHEMAS, type DataSchema, dataSchema } from '../../src/cli/schemas/index.ts';
import type { reportSchema } from '../../src/cli/schemas/report.ts';
import type { resultSchema } from '../../src/cli/schemas/result.ts';
import type { Event } from '../../src/core/event.ts';
import type { RunResult } from '../../src/core/run.ts';

// The other direction, from schema to type, is checked where the schemas are written (`satisfies z.ZodType<…>`).
type Same<Narrow extends Wide, Wide> = [Narrow, Wide];
export type ResultFits = Same<RunResult, Frozen<z.infer<typeof resultSchema>>>;
export type ReportFits = Same<ReportData, Frozen<z.infer<typeof reportSchema>>>;
export type EventFits = Same<Event, Frozen<z.infer<typeof eventSchema>>>;
type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

async function validator(name: DataSchema, closed: boolean) {
  return new Ajv({ strict: true, allErrors: true }).compile(await dataSchema(name, { closed }));
}

const envelope = { v: 1, seq: 3, ts: '2030-01-01T00:00:00.000Z', run_id: 'r1' };
const skipped = {
  ...envelope,
  type: 'step.skipped',
  step: 'a',
  id: 'a',
  kind: 'prompt',
  condition: 'false',
  values: { input: ['x', null] },
};

describe('the published schemas', () => {
  for (const name of Object.keys(DATA_SCHEMAS) as DataSchema[]) {
    it(`${name}: is draft-07 that a strict validator takes`, async () => {
      const schema = await dataSchema(name, { closed: false });
      assert.equal(schema.$schema, 'http://json-schema.org/draft-07/schema#');
      await validator(name, false);
      await validator(name, true);
    });
  }

  it('events: takes an event, refuses one with a missing field or an unknown type', async () => {
    const valid = await validator('events', false);
    assert.ok(valid(skipped), JSON.stringify(valid.errors));
    assert.ok(!valid({ ...skipped, condition: undefined }));
    assert.ok(!valid({ ...skipped, type: 'step.vanished' }));
  });

  it('events: leaves room for fields of later versions, and can be closed to find undocumented ones', async () => {
    const later = { ...skipped, shape: 'new' };
    assert.ok((await validator('events', false))(later));
    assert.ok(!(await validator('events', true))(later));
  });

  it('config: refuses an unknown setting', async () => {
    const valid = await validator('config', false);
    assert.ok(valid({ model: 'echo/x', memory: 'notes', color: 'never', env_file: false }), JSON.stringify(valid.errors));
    assert.ok(!valid({ modle: 'echo/x' }));
    assert.ok(!valid({ model: 'no-slash' }));
  });
});
