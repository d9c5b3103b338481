import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { JsonObject } from '../../src/core/json.ts';
import type { Address } from '../../src/tools/fetch-address.ts';
import { textOfHtml } from '../../src/tools/html-text.ts';
import { isPublic } from '../../src/tools/public-address.ts';
import type { ToolboxOptions } from '../../src/tools/toolbox.ts';
import { builtIn, scopeOf } from './toolbox.ts';

/** A server on loopback, and the tool with names that lead to it: every address under `*.test` is opened by the settings. */
async function site(context: TestContext, answer: RequestListener, options: Partial<ToolboxOptions> = {}) {
  const requests: { method: string; url: string; host: string; headers: NodeJS.Dict<string | string[]> }[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, host: headers.host ?? '', headers });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const base = `http://site.test:${port}`;
  const lookups: string[] = [];
  const lookup = async (host: string): Promise<readonly Address[]> => {
    lookups.push(host);
    return [{ address: '127.0.0.1', family: 4 }];
  };
  const config = { privateUrls: [`${base}/*`] };
  const fetch = await builtIn('http.fetch', {}, { lookup, config, ...options });
  const get = (path: string, args: JsonObject = {}, signal?: AbortSignal) => fetch({ url: base + path, ...args }, signal);
  return { fetch, get, base, port, requests, lookups };
}

const page: RequestListener = (_, response) => response.setHeader('content-type', 'text/plain').end('hello');

test('a page comes as text, with where it came from', async (context) => {
  const { get, base, requests, lookups } = await site(context, page);
  assert.deepEqual(await get('/a?b=c#d'), {
    text: 'hello',
    data: { url: `${base}/a?b=c#d`, status: 200, content_type: 'text/plain', cut: false },
    isError: false,
  });
  assert.deepEqual(
    requests.map(({ method, url, host }) => ({ method, url, host })),
    [{ method: 'GET', url: '/a?b=c', host: base.slice(7) }],
  );
  assert.deepEqual(lookups, ['site.test']);
});

test('a name is looked up once and the connection goes where that said', async (context) => {
  let calls = 0;
  const lookup = async () => {
    calls += 1;
    // The second answer of a name that changes would lead to nobody.
    return [{ address: calls === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
  };
  const { get } = await site(context, page, { lookup });
  assert.equal((await get('/')).text, 'hello');
  assert.equal(calls, 1);
});

test('a name with any private address is refused, and nothing is sent', async (context) => {
  const lookup = async () => [
    { address: '93.184.216.34', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ];
  const { get, requests } = await site(context, page, { lookup, config: {} });
  const { text, isError } = await get('/');
  assert.equal(isError, true);
  assert.match(text, /site\.test has 127\.0\.0\.1, which is not an address of the public internet.*--allow-tool/);
  assert.deepEqual(requests, []);
});

const PRIVATE_URLS = [
  'http://127.0.0.1/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0177.0.0.1/',
  'http://127.0.0.1./',
  'http://127。0。0。1/',
  'http://[::1]/',
  'http://[::]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[::127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[fe80::1]/',
  'http://[fd00:ec2::254]/',
  'http://[2002:7f00:1::]/',
  'http://0/',
  'http://10.0.0.1/',
  'http://172.31.255.255/',
  'http://192.168.1.1/',
  'http://100.100.100.200/',
  'http://169.254.169.254/latest/meta-data/',
  'http://168.63.129.16/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
  'http://localhost/',
  'http://LOCALHOST./',
];

test('private addresses are refused in every notation', async () => {
  const lookup = async (host: string) => {
    assert.match(host, /^localhost\.?$/);
    return [{ address: '::1', family: 6 }];
  };
  const fetch = await builtIn('http.fetch', {}, { lookup });
  for (const url of PRIVATE_URLS) {
    const { text, isError } = await fetch({ url });
    assert.equal(isError, true, url);
    assert.match(text, /not an address of the public internet/, url);
  }
});

test('what is no plain address of the web is refused', async () => {
  const fetch = await builtIn('http.fetch');
  for (const [url, words] of [
    ['file:///etc/passwd', /only http and https/],
    ['ftp://example.com/', /only http and https/],
    ['data:text/plain,hi', /only http and https/],
    ['javascript:alert(1)', /only http and https/],
    ['http://user@example.com/', /a user name/],
    ['http://example.com:80@127.0.0.1/', /a user name/],
    ['http://user:hunter2@example.com/', /a user name/],
    ['example.com', /must be complete/],
    ['/etc/passwd', /must be complete/],
    ['http://', /must be complete/],
    ['http://[::1', /must be complete/],
  ] as const) {
    const { text, isError } = await fetch({ url });
    assert.equal(isError, true, url);
    assert.match(text, words);
    assert.ok(!text.includes('hunter2'));
  }
});

for (const [address, expected] of [
  ['8.8.8.8', true],
  ['93.184.216.34', true],
  ['172.15.0.1', true],
  ['172.32.0.1', true],
  ['100.63.255.255', true],
  ['2606:2800:220:1:248:1893:25c8:1946', true],
  ['::ffff:8.8.8.8', true],
  ['64:ff9b::808:808', true],
  ['2001:4860:4860::8888', true],
  ['2001:db8::1', false],
  ['2001::1', false],
  ['3fff::1', false],
  ['4000::1', false],
  ['fc00::1', false],
  ['ff02::1', false],
  ['fe80::1%eth0', false],
  ['::ffff:10.0.0.1', false],
  ['192.0.0.192', false],
  ['198.18.0.1', false],
  ['203.0.113.9', false],
  ['240.0.0.1', false],
  ['', false],
  ['example.com', false],
  ['1.2.3', false],
  ['1:2', false],
] as const) {
  test(`${address} is ${expected ? '' : 'not '}public`, () => assert.equal(isPublic(address), expected));
}

test('only the user opens a private address, and only by its host', async (context) => {
  const { fetch, base, port } = await site(context, page);
  const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
  const allowed = async (options: Partial<ToolboxOptions>, permissions = scopeOf().permissions) => {
    const tool = await builtIn('http.fetch', { permissions }, { lookup, config: {}, ...options });
    return !(await tool({ url: `${base}/a` })).isError;
  };
  assert.equal((await fetch({ url: `${base}/a` })).isError, false);
  assert.equal(await allowed({ allow: [`http.fetch(url=${base}/*)`] }), true);
  assert.equal(await allowed({ config: { privateUrls: [`${base}/a`] } }), true);
  assert.equal(await allowed({ allow: ['http.fetch'] }), false);
  assert.equal(await allowed({ allow: ['http.*', '*'] }), false);
  assert.equal(await allowed({ allow: ['http.fetch(url=*)'] }), false);
  assert.equal(await allowed({ allow: ['http.fetch(url=http://*)'] }), false);
  assert.equal(await allowed({ allow: [`http.fetch(url=http://*.test:${port}/*)`] }), false);
  assert.equal(await allowed({ allow: [`http.fetch(url=http://site.test/*)`] }), false);
  assert.equal(await allowed({ allow: [`http.fetch(url=${base}/b*)`] }), false);
  assert.equal(await allowed({}, { allow: [`http.fetch(url=${base}/*)`], ask: [], deny: [] }), false);
});

test('redirects are followed, each checked, and their number bounded', async (context) => {
  const { get, base, requests } = await site(context, (request, response) => {
    const count = Number(request.url?.slice(1));
    if (count > 0) response.writeHead(302, { location: `/${count - 1}` }).end();
    else page(request, response);
  });
  const reached = await get('/5');
  assert.equal(reached.text, 'hello');
  assert.equal((reached.data as JsonObject).url, `${base}/0`);
  requests.length = 0;
  const { text, isError } = await get('/6');
  assert.equal(isError, true);
  assert.match(text, /redirects more than 5 times/);
  assert.equal(requests.length, 6);
});

test('a redirect into a private network is refused', async (context) => {
  for (const [location, words] of [
    ['http://127.0.0.1:1/', /not an address of the public internet/],
    ['http://169.254.169.254/latest', /not an address of the public internet/],
    ['//localhost:1/', /not an address of the public internet/],
    ['file:///etc/passwd', /only http and https/],
    ['http://a@site.test/', /a user name/],
    ['http://[', /redirects to what is no address/],
  ] as const) {
    const { get } = await site(context, (_, response) => response.writeHead(301, { location }).end());
    const { text, isError } = await get('/');
    assert.equal(isError, true, location);
    assert.match(text, words);
  }
});

test('the rules are asked again where a redirect leads', async (context) => {
  const { port } = await site(context, page);
  const base = `http://site.test:${port}`;
  const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
  const { port: first } = await site(context, (_, response) => response.writeHead(302, { location: `${base}/secret/a` }).end());
  const from = `http://first.test:${first}`;
  const permissions = { allow: [], ask: [], deny: ['http.fetch(url=*/secret/*)'] };
  const options = { lookup, config: { privateUrls: [`${base}/*`, `${from}/*`] } };
  const fetch = await builtIn('http.fetch', { permissions }, options);
  assert.match((await fetch({ url: `${from}/` })).text, /"http\.fetch" may not run so/);
  const asking = await builtIn(
    'http.fetch',
    { permissions: { ...permissions, deny: [], ask: ['http.fetch(url=*/secret/*)'] } },
    options,
  );
  await assert.rejects(asking({ url: `${from}/` }), { reason: 'needs_human' });
});

test('a POST sends its body, and a redirect to another site never does', async (context) => {
  const bodies: string[] = [];
  const { get, requests } = await site(context, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    bodies.push(`${request.method} ${body}`);
    if (request.url === '/see') response.writeHead(303, { location: '/done' }).end();
    else if (request.url === '/same') response.writeHead(307, { location: '/done' }).end();
    else if (request.url === '/other') response.writeHead(308, { location: 'http://other.test/' }).end();
    else page(request, response);
  });
  const post = { method: 'POST', body: '{"a":1}' };
  assert.equal((await get('/', post)).text, 'hello');
  assert.equal(requests[0]?.headers['content-type'], 'application/json');
  await get('/', { ...post, content_type: 'text/csv' });
  assert.equal(requests[1]?.headers['content-type'], 'text/csv');
  bodies.length = 0;
  await get('/see', post);
  await get('/same', post);
  assert.deepEqual(bodies, ['POST {"a":1}', 'GET ', 'POST {"a":1}', 'POST {"a":1}']);
  assert.match((await get('/other', post)).text, /redirects a POST to another site, http:\/\/other\.test/);
  assert.match((await get('/', { body: 'x' })).text, /a GET has no body/);
  assert.match((await get('/', { ...post, content_type: 'a\r\nx: y' })).text, /do not fit/);
});

test('HTML becomes readable text', async (context) => {
  const html = `<!doctype html><html><head><title>The  title</title><style>p{}</style><script>var a = "<p>no</p>";</script></head>
    <body><nav><a href="/home">Home</a></nav><h1>One &amp; <em>two</em></h1><p>First<br>line,
    wrapped</p><ul><li>a</li><li><a href="b.html">b</a></li></ul><pre>  keep
   this</pre><table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>
    <a href="javascript:alert(1)">click</a> <img alt="a cat" src="x"><p>un<b>broken</b> word</p><svg><text>no</text></svg></body></html>`;
  const { get, base } = await site(context, (_, response) =>
    response.setHeader('content-type', 'text/html; charset=utf-8').end(html),
  );
  assert.equal(
    (await get('/docs/')).text,
    [
      'The title',
      '',
      `[Home](${base}/home)`,
      '',
      '# One & two',
      '',
      'First',
      'line, wrapped',
      '',
      '- a',
      `- [b](${base}/docs/b.html)`,
      '',
      '  keep\n   this',
      '',
      '1 | 2',
      '3 | 4',
      '',
      'click [a cat]',
      '',
      'unbroken word',
    ].join('\n'),
  );
});

test('a page nested very deep is still text', { timeout: 15_000 }, async (context) => {
  // With a parser whose time grows with the depth this takes a minute, in which nothing else is heard.
  const html = `<p>above</p>${'<ul>'.repeat(250_000)}<br>deep`;
  const { get, base } = await site(context, (_, response) => response.setHeader('content-type', 'text/html').end(html));
  assert.equal((await get('/')).text, 'above\n\ndeep');
  for (const count of [997, 998, 999, 1000]) assert.match(textOfHtml(`${'<b>'.repeat(count)}<br>a<i>b</i>c`, base), /^\s*abc$/);
});

test('the character set is that of the header, else of the page', async (context) => {
  const latin = Buffer.from('<meta charset="iso-8859-1"><p>Zürich</p>', 'latin1');
  const { get } = await site(context, (request, response) => {
    if (request.url === '/header')
      response.setHeader('content-type', 'text/plain; charset=ISO-8859-1').end(Buffer.from('Zürich', 'latin1'));
    else if (request.url === '/odd') response.setHeader('content-type', 'text/plain; charset=klingon').end('Zürich');
    else response.setHeader('content-type', 'text/html').end(latin);
  });
  for (const path of ['/header', '/odd', '/meta']) assert.equal((await get(path)).text, 'Zürich');
});

test('JSON is data too', async (context) => {
  const { get } = await site(context, (request, response) => {
    response.setHeader('content-type', 'application/vnd.api+json').end(request.url === '/bad' ? '{' : '{"a": [1]}');
  });
  assert.deepEqual((await get('/')).text, '{"a": [1]}');
  assert.deepEqual(((await get('/')).data as JsonObject).json, { a: [1] });
  assert.equal('json' in ((await get('/bad')).data as JsonObject), false);
});

test('what is not text is told', async (context) => {
  const { get } = await site(context, (request, response) => {
    if (request.url === '/png') response.setHeader('content-type', 'image/png').end('abc');
    else if (request.url === '/none') response.end('a\0b');
    else response.end('plain');
  });
  assert.match((await get('/png')).text, /not text: it is image\/png, 3 bytes/);
  assert.match((await get('/none')).text, /does not say what it is, and it is binary/);
  assert.equal((await get('/plain')).text, 'plain');
});

test('a status of 400 or more is an error with the beginning of the page', async (context) => {
  const { get } = await site(context, (_, response) => {
    response.writeHead(404, { 'content-type': 'text/html' }).end(`<h1>Gone</h1>${'<p>x</p>'.repeat(5_000)}`);
  });
  const { text, isError } = await get('/');
  assert.equal(isError, true);
  assert.match(text, /answered with status 404:\n# Gone/);
  assert.ok(text.length < 2_300);
});

test('no more than a megabyte is read, packed or not', async (context) => {
  const large = Buffer.alloc(20 * 1024 * 1024, 'x');
  const packed = { gzip: gzipSync(large), br: brotliCompressSync(large.subarray(0, 4 * 1024 * 1024)) };
  const { get } = await site(context, (request, response) => {
    const encoding = request.url?.slice(1) as 'gzip' | 'br' | 'plain';
    response.setHeader('content-type', 'text/plain');
    if (encoding === 'plain') response.end(large);
    else response.setHeader('content-encoding', encoding).end(packed[encoding]);
  });
  for (const encoding of ['plain', 'gzip', 'br']) {
    const { text, data, isError } = await get(`/${encoding}`, { max_chars: 1_000 });
    assert.equal(isError, false);
    assert.match(
      text,
      /^x{1000}\n\[cut here: the text has 1048576 characters, 1000 are shown; the page is larger than 1048576 bytes/,
    );
    assert.equal((data as JsonObject).cut, true);
  }
});

test('packed pages are unpacked, damaged ones told', async (context) => {
  const { get } = await site(context, (request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' });
    response.end(request.url === '/good' ? gzipSync('hello') : 'not gzip');
  });
  assert.equal((await get('/good')).text, 'hello');
  assert.match((await get('/bad')).text, /broke off or is damaged/);
});

test('servers that hang up, and names that are none, are told', async (context) => {
  const { get, fetch } = await site(context, (request, response) => {
    if (request.url === '/at-once') request.socket.destroy();
    else
      response
        .writeHead(200, { 'content-length': '100', 'content-type': 'text/plain' })
        .write('half', () => request.socket.destroy());
  });
  assert.match((await get('/at-once')).text, /could not be fetched: ECONNRESET/);
  assert.match((await get('/half')).text, /broke off/);
  assert.equal((await fetch({ url: 'http://127.0.0.1:1/' })).isError, true);
  const none = await builtIn(
    'http.fetch',
    {},
    { lookup: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })) },
  );
  assert.match((await none({ url: 'http://nowhere.test/' })).text, /cannot be found: nowhere\.test \(ENOTFOUND\)/);
});

test('an abort ends a fetch at every stage', async (context) => {
  const reason = new Error('stop');
  const stop = new AbortController();
  const { get } = await site(context, () => stop.abort(reason));
  await assert.rejects(get('/', {}, stop.signal), reason);
  const looking = new AbortController();
  const lookup = (): Promise<never> => {
    looking.abort(reason);
    return new Promise(() => undefined);
  };
  const hanging = await builtIn('http.fetch', {}, { lookup });
  await assert.rejects(hanging({ url: 'http://slow.test/' }, looking.signal), reason);
});
