/** A page of `promptchain help`: plain text for a terminal, ending without a newline. */
export interface Topic {
  readonly name: string;
  /** For the list of topics: lower case, no full stop. */
  readonly summary: string;
  text(): Promise<string>;
}
