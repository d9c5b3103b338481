import type { Json, JsonObject } from '../../core/json.ts';
import type { Problem } from '../request.ts';
import type { Field } from './field.ts';

/** Fields that are given together. */
export interface FieldGroup {
  readonly elements: readonly HTMLElement[];
  /** Those that have a value, by name, and the first one that is wrong; what is wrong stands beside each field. */
  read(): { readonly values: JsonObject; readonly wrong?: Field };
  /** Shows what the server finds wrong beside the fields it is about; returns the first of them. */
  complain(problem: Problem): Field | undefined;
}

export function createFieldGroup(fields: readonly Field[]): FieldGroup {
  return {
    elements: fields.map(({ element }) => element),
    read() {
      const values: Record<string, Json> = {};
      let wrong: Field | undefined;
      for (const field of fields) {
        const reading = field.read();
        if (reading === undefined) continue;
        if ('value' in reading) values[field.name] = reading.value;
        else wrong ??= field;
      }
      return { values, ...(wrong === undefined ? {} : { wrong }) };
    },
    complain({ inputs = {} }) {
      const about = fields.filter(({ name }) => Object.hasOwn(inputs, name));
      for (const field of about) field.complain(inputs[field.name]);
      return about[0];
    },
  };
}
