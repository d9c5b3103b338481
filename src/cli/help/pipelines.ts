import type { Topic } from './topic.ts';

export const pipelines: Topic = {
  name: 'pipelines',
  summary: 'stdin, stdout and stderr, in shells and in CI',
  text: async () => `stdout is the result and nothing else: the text of the final step, with one newline at its end. Progress, warnings and
errors are on stderr. -q leaves only errors there; with --json and --jsonl it is empty, unless it is a terminal or -v is
given.

  cat notes.txt | promptchain run summary.yaml > summary.txt
  cat notes.txt | promptchain run facts.yaml | promptchain run report.yaml
  promptchain run facts.yaml --input-file notes.txt --json | jq -r .output
  promptchain run facts.yaml -i "$text" --jsonl | jq -r 'select(.type == "step.completed") | .id'

Input is -i/--input text, --input-file a file, else stdin when that is not a terminal. With -i or --input-file stdin is
not read, unless the chain uses {stdin}. Input must be UTF-8; one byte order mark and one newline at the end are
dropped.

In a script use set -o pipefail, so that a failed run is not hidden by the command after it, and decide by the exit code
(promptchain help exit-codes): 7 is safe to run again, every other failure needs a change.

  promptchain validate chains/*.yaml && promptchain run chains/report.yaml --input-file data.txt -o report.md

In CI, set the key as an environment variable of the job. Nothing is asked when stdin is not a terminal: input that is
missing ends with exit code 2. A chain that runs commands, functions or MCP servers and is not trusted yet ends with 8:
--trust, promptchain trust <file or folder> or PROMPTCHAIN_TRUST=always says that you know it. A tool call that a rule
asks about ends with 8 too: --allow-tool <rule>, or --approve auto or never.

Ctrl-C saves the run and ends it with 130; a second one ends it at once.`,
};
