import { fakeSpec, open } from './mcp-world.ts';

/** Opens the misbehaving server, says the number of its process and stays: `node mcp-host.js <mode> <marker>`. A test ends it in all the ways there are. */
const [mode = 'good', marker = ''] = process.argv.slice(2);

const { server, call } = await open(fakeSpec(mode, marker), marker);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await server.close();
    process.exit(0);
  });
}
process.stdout.write(`${(await call('pid')).text}\n`);
setInterval(() => undefined, 1_000);
