// The harness itself: every check finds a planted fault, and leaves a good page alone.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { access, chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import {
  SIZES,
  WAYS,
  assertGoodPage,
  axe,
  launch,
  shot,
  sidewaysScroll,
  startDemo,
  unreachableByKeyboard,
  visit,
} from './harness.mjs';

const page = (body, title = 'Raise a concern') => `<!doctype html><html lang="en"><head><meta charset="utf-8">
  <meta name="viewport" content="width=device-width"><title>${title}</title><link rel="icon" href="data:,">
  <script src="/mark.js"></script></head><body><main><h1>${title}</h1>${body}</main></body></html>`;

const PAGES = {
  '/good': page(`<p>What happened? مرحبا 🙂</p><a href="/good">Start</a>
    <form><fieldset><legend>Who are you?</legend>
    <label><input type="radio" name="who" value="parent"> Parent</label>
    <label><input type="radio" name="who" value="carer"> Carer</label></fieldset>
    <details><summary>More</summary><a href="/more">More</a></details><button>Send</button></form>`),
  '/no-alt': page('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="9" height="9">'),
  '/wide': page('<p style="width: 900px">Too wide for a phone</p>'),
  '/mouse-only': page('<div onclick="void 0">Send</div>'),
  '/foreign': page('<img alt="" src="http://pictures.example/a.gif">'),
  '/throws': page('<script src="/throws.js"></script>'),
  '/mark.js': "document.documentElement.dataset.scripts = 'ran';",
  '/throws.js': "throw new Error('planted');",
};

// As strict as the product's own, but for the planted styles and pictures.
const POLICY = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src * data:; form-action 'self'";

let server;
let browser;
let base;

before(async () => {
  server = createServer((request, response) => {
    const body = PAGES[request.url];
    const status = request.url === '/broken' ? 500 : body ? 200 : 404;
    const type = request.url.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8';
    response.writeHead(status, { 'content-type': type, 'content-security-policy': POLICY });
    response.end(body ?? page('<p>Nothing here</p>', 'Not found'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${server.address().port}`;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

/** Visits a path, and gives what `look` sees and what the guards wrote down. */
async function seen(where, look = () => undefined, way = {}) {
  const visitor = await visit(browser, base, way);
  await visitor.page.goto(where);
  const value = await look(visitor.page);
  await visitor.page.context().close();
  return { value, complaints: visitor.guards.complaints };
}

for (const way of WAYS) {
  test(`a good page is good: ${way.name}`, async () => {
    const visitor = await visit(browser, base, way);
    await visitor.page.goto('/good');
    assert.equal(visitor.page.viewportSize().width, SIZES[way.size].width);
    const ran = await visitor.page.locator('html').getAttribute('data-scripts');
    assert.equal(ran, way.scripts === 'on' ? 'ran' : null);
    await assertGoodPage(visitor.page);
    // Scripts that were off are off again after axe has looked.
    await visitor.page.reload();
    assert.equal(await visitor.page.locator('html').getAttribute('data-scripts'), ran);
    await visitor.close();
  });

  test(`axe finds a picture without words: ${way.name}`, async () => {
    const { value } = await seen('/no-alt', axe, way);
    assert.equal(value.length, 1);
    assert.match(value[0], /^image-alt: .*\(img\)$/);
  });

  test(`a link that only a mouse can use is found: ${way.name}`, async () => {
    const { value } = await seen('/mouse-only', unreachableByKeyboard, way);
    assert.equal(value.length, 1);
    assert.match(value[0], /^<div onclick/);
  });
}

test('a page that is too wide for a phone is found, and is fine on a desk', async () => {
  assert.deepEqual((await seen('/wide', sidewaysScroll, { size: 'phone' })).value, ['p']);
  assert.deepEqual((await seen('/wide', sidewaysScroll, { size: 'desk' })).value, []);
});

test('a request to another host is a complaint', async () => {
  const { complaints } = await seen('/foreign');
  assert.ok(complaints.includes('another host: http://pictures.example/a.gif'), complaints.join('\n'));
});

test('an error in a script is a complaint', async () => {
  const { complaints } = await seen('/throws');
  assert.ok(complaints.includes('script: planted'), complaints.join('\n'));
});

test('a page that broke is a complaint, and ends the visit with it', async () => {
  const visitor = await visit(browser, base);
  await visitor.page.goto('/broken');
  await assert.rejects(visitor.close(), /what went wrong unseen/);
  assert.ok(visitor.guards.complaints.includes(`500: ${base}/broken`));
});

test('a missing page is a complaint unless it was expected', async () => {
  assert.equal((await seen('/missing')).complaints.length, 1);
  const visitor = await visit(browser, base);
  visitor.guards.expectStatus(404);
  await visitor.page.goto('/missing');
  await visitor.close();
});

test('a picture of the page is kept', async () => {
  const { value: file } = await seen('/good', (subject) => shot(subject, 'harness-good'), { size: 'phone' });
  assert.ok((await stat(file)).size > 1000);
});

test('the demo is started by its contract and stopped with its data', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'heard-fake-'));
  const binary = path.join(folder, 'heard');
  await writeFile(
    binary,
    `#!${process.execPath}
    console.error('a line of log');
    console.log(JSON.stringify({ base_url: 'http://' + process.argv[4], words: process.argv.slice(2) }));
    setInterval(() => {}, 1000);`,
  );
  await chmod(binary, 0o700);
  const demo = await startDemo({ seed: 7, binary });
  const data = demo.world.words[4];
  assert.match(demo.world.base_url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.deepEqual(demo.world.words, [
    'demo', '--listen', demo.world.words[2], '--data', data, '--json', '--seed', '7', '--empty',
  ]);
  await access(data);
  await demo.stop();
  assert.notEqual(demo.process.exitCode ?? demo.process.signalCode, null);
  await assert.rejects(access(data));
  await rm(folder, { recursive: true });
});

test('a demo that ends at once says why', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'heard-fake-'));
  const binary = path.join(folder, 'heard');
  await writeFile(binary, '#!/bin/sh\necho "the port is taken" >&2\nexit 3\n', { mode: 0o700 });
  await assert.rejects(startDemo({ binary }), /ended with 3:\nthe port is taken/);
  await rm(folder, { recursive: true });
});
