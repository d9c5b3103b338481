import { newMarker, open } from './mcp-world.ts';

/** What the conformance suite starts: `node mcp-conformance-client.js <url>` lists the tools there and calls each with numbers. */
const url = process.argv.at(-1) ?? '';

await using web = await open({ name: 'suite', transport: 'http', url, headers: {} }, newMarker());
for (const { name, parameters } of web.server.tools) {
  const args = Object.fromEntries(Object.keys(parameters.properties ?? {}).map((key) => [key, 3]));
  const { text, isError } = await web.call(name.slice('suite.'.length), args);
  process.stdout.write(`${name}: ${isError ? 'failed: ' : ''}${text}\n`);
}
