import type { ModelParams } from '../core/model.ts';

/** One host of models: a row of data. What is not said here is as OpenAI has it. */
export interface Provider {
  /** What a model id starts with. */
  readonly id: string;
  readonly label: string;
  readonly protocol: 'openai' | 'anthropic';
  /** Without a trailing slash; absent when the host differs for every customer. */
  readonly baseUrl?: string;
  /** Variables that replace it, the first set one wins; `<ID>_BASE_URL` always does. */
  readonly baseUrlEnv?: readonly string[];
  /** Variables that may hold the key, the first set one wins; the first is the one to name in messages. */
  readonly keyEnv: readonly string[];
  /** Where a person gets a key. */
  readonly keyUrl?: string;
  /** Works without a key. */
  readonly keyless?: boolean;
  /** How the key travels: by default `authorization: Bearer`. */
  readonly keyHeader?: 'api-key';
  /** The model `auto` takes when this provider's key is found. */
  readonly autoModel?: string;
  /** Under which name the price tables have it; by default its id. */
  readonly prices?: string;
  /** What it serves runs on hardware of the user's own. */
  readonly free?: boolean;
  /** Loads the model before it sends headers: the first byte may take minutes. */
  readonly local?: boolean;
  /** `request`: usage comes when `stream_options.include_usage` asks for it (the default). `always`: it comes anyway and the option is refused. */
  readonly usage?: 'request' | 'always';
  /** Which of OpenAI's own models and limits apply: Responses-only models, `max_completion_tokens`. */
  readonly openaiModels?: boolean;
  /**
   * What the host makes of `response_format`: `schema` follows a JSON Schema that the model itself may not see, `json` writes
   * JSON of any kind. Absent where it takes none, or where its model decides (`openaiModels`, Anthropic).
   */
  readonly structured?: 'schema' | 'json';
  /** Parameters under another name (a dotted path), or null where the host takes none such. */
  readonly params?: ParamNames;
}

export type ParamNames = { readonly [name in Exclude<keyof ModelParams, 'extra'>]?: string | null };
