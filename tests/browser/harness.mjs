// What every journey needs: Chromium as a careful person meets it, and guards that fail the journey for
// what nobody looked at: an error in the console, a request to another host, a page that broke.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

/** The smallest screen that must work without scrolling sideways, and a desk. CSS pixels. */
export const SIZES = {
  phone: { width: 320, height: 640 },
  desk: { width: 1280, height: 900 },
};

/** Every way in which a page is visited. */
export const WAYS = Object.keys(SIZES).flatMap((size) =>
  ['on', 'off'].map((scripts) => ({ size, scripts, name: `${size}, scripts ${scripts}` })),
);

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts Chromium with a profile of its own. It resolves no name, so nothing leaves the machine. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.HEARD_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      '--no-first-run',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}

/**
 * Opens a page that may ask `baseUrl` alone.
 * @param {import('playwright-core').Browser} browser
 * @param {string} baseUrl
 * @param {{size?: keyof typeof SIZES, scripts?: 'on' | 'off'}} way
 */
export async function visit(browser, baseUrl, { size = 'desk', scripts = 'on' } = {}) {
  const context = await browser.newContext({
    baseURL: baseUrl,
    viewport: SIZES[size],
    javaScriptEnabled: scripts === 'on',
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  return new Visit(page, new Guards(context, baseUrl));
}

/** A page with its guards. Close it, and the guards speak. */
class Visit {
  constructor(page, guards) {
    this.page = page;
    this.guards = guards;
  }

  /** Ends the visit, and fails if anything went wrong that nobody expected. */
  async close() {
    await this.page.context().close();
    assert.deepEqual(this.guards.complaints, [], 'what went wrong unseen');
  }
}

/** Writes down what a person at the page would not notice. */
class Guards {
  constructor(context, baseUrl) {
    this.home = new URL(baseUrl).origin;
    this.expected = new Set();
    this.hosts = new Set([this.home]);
    this.complaints = [];
    context.on('request', (request) => this.request(request));
    context.on('response', (response) => this.response(response));
    context.on('console', (message) => this.message(message));
    context.on('weberror', (error) => this.complain(`script: ${error.error().message}`));
  }

  /** From now on an answer with this status (such as 404 or 422) is no complaint. */
  expectStatus(status) {
    this.expected.add(status);
  }

  /** From now on pages may lead to that address too, as to a provider of accounts. */
  expectHost(origin) {
    this.hosts.add(origin);
  }

  complain(what) {
    this.complaints.push(what);
  }

  request(request) {
    const url = new URL(request.url());
    const inside = ['data:', 'blob:', 'about:'].includes(url.protocol);
    if (!inside && !this.hosts.has(url.origin)) this.complain(`another host: ${request.url()}`);
  }

  response(response) {
    const status = response.status();
    if (status >= 500 && !this.expected.has(status)) this.complain(`${status}: ${response.url()}`);
  }

  message(message) {
    if (message.type() !== 'error') return;
    // The browser writes each answer from 400 on into the console; some are what the journey is about.
    const status = /responded with a status of (\d+)/.exec(message.text())?.[1];
    if (status && this.expected.has(Number(status))) return;
    this.complain(`console: ${message.text()}`);
  }
}

/**
 * Runs an expression in the page through the debugger, which neither the content security policy nor
 * switched-off scripts can stop.
 */
async function inPage(page, expression) {
  return withDebugger(page, (run) => run(expression));
}

/** Hands out one line to the debugger for several expressions: to open it for each costs more than they do. */
async function withDebugger(page, use) {
  const session = await page.context().newCDPSession(page);
  try {
    return await use(async (expression) => {
      const answer = await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description ?? 'the page threw');
      return answer.result.value;
    });
  } finally {
    await session.detach();
  }
}

/** Every accessibility fault that axe finds by WCAG 2.2 AA and good practice, one line each. */
export async function axe(page) {
  // axe waits on timers, which stand still where scripts are off; promises go on. No script of the page
  // can miss the timers there.
  await inPage(
    page,
    `if (!matchMedia('(scripting: enabled)').matches) {
      window.setTimeout = (next) => { Promise.resolve().then(next); return 0; };
    }`,
  );
  await inPage(page, axeSource);
  const violations = await inPage(
    page,
    `axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    }).then(({ violations }) => violations.map(({ id, help, nodes }) => ({
      id, help, where: nodes.map(({ target }) => target.join(' ')),
    })))`,
  );
  return violations.map(({ id, help, where }) => `${id}: ${help} (${where.join(', ')})`);
}

/** Fails with axe's list. */
export async function assertAccessible(page) {
  assert.deepEqual(await axe(page), [], `accessibility of ${page.url()}`);
}

/** The elements that reach past the right edge; empty if nothing scrolls sideways. */
export async function sidewaysScroll(page) {
  return inPage(
    page,
    `(() => {
      const root = document.documentElement;
      if (root.scrollWidth <= root.clientWidth) return [];
      const wide = [...document.body.querySelectorAll('*')]
        .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 0.5)
        .map((element) => element.tagName.toLowerCase() + (element.className ? '.' + element.className : ''));
      return wide.length ? wide : ['something outside every box'];
    })()`,
  );
}

/** Fails if the page scrolls sideways. */
export async function assertNoSidewaysScroll(page) {
  assert.deepEqual(await sidewaysScroll(page), [], `what is too wide on ${page.url()}`);
}

/**
 * What a mouse can use and the Tab key does not reach, as HTML; empty if all of it is reached.
 * Of a group of radio buttons the Tab key reaches one, and the arrow keys the others.
 */
export async function unreachableByKeyboard(page) {
  return withDebugger(page, (run) => goneRound(page, run));
}

async function goneRound(page, run) {
  const count = await run(
    `(() => {
      const usable = 'a[href], button, input, select, textarea, summary, [role=button], [onclick], [tabindex]:not([tabindex="-1"])';
      window.heardStops = [...document.querySelectorAll(usable)].filter(
        (element) => !element.disabled && element.type !== 'hidden' && !element.closest('[aria-hidden=true]') && element.checkVisibility({ visibilityProperty: true }),
      );
      window.heardReached = new Set();
      document.activeElement?.blur();
      return window.heardStops.length;
    })()`,
  );
  // Once round, and two more for the browser's own stops.
  for (let press = 0; press < count + 2; press += 1) {
    await page.keyboard.press('Tab');
    await run('void window.heardReached.add(document.activeElement)');
  }
  // What shows only while it has the focus, the skip link, would move the page under the next click.
  await run('void document.activeElement?.blur()');
  return run(
    `window.heardStops
      .filter((element) => !window.heardReached.has(element))
      .filter((element) => !(element.type === 'radio' && [...window.heardReached].some(
        (other) => other.type === 'radio' && other.name === element.name && other.form === element.form)))
      .map((element) => element.outerHTML.slice(0, 200))`,
  );
}

/** Fails if the Tab key leaves something out. */
export async function assertKeyboardReachable(page) {
  assert.deepEqual(await unreachableByKeyboard(page), [], `what the Tab key misses on ${page.url()}`);
}

/** Everything that holds for every page. */
export async function assertGoodPage(page) {
  await assertAccessible(page);
  await assertNoSidewaysScroll(page);
  await assertKeyboardReachable(page);
}

/** A picture of the whole page, for people to look at: `target/shots/NAME.png`. */
export async function shot(page, name) {
  const target = process.env.CARGO_TARGET_DIR ?? path.join(import.meta.dirname, '../../target');
  const folder = process.env.HEARD_SHOTS ?? path.join(target, 'shots');
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${name}.png`);
  await page.screenshot({ path: file, fullPage: true });
  return file;
}

/**
 * Starts `heard demo` on a free port with data of its own, and waits until it is ready.
 * Its log is shown if it does not start. `stop` ends it and removes its data.
 * With `keep` it ends at once, and its data stays.
 * @param {{seed?: number, cases?: 'a year' | 'none', binary?: string, keep?: boolean}} options
 */
export async function startDemo({ seed = 1, cases = 'none', binary = process.env.HEARD_BIN, keep = false } = {}) {
  assert.ok(binary, 'HEARD_BIN names the heard program; tests/run sets it');
  const data = await mkdtemp(path.join(tmpdir(), 'heard-demo-'));
  const words = ['demo', '--listen', `127.0.0.1:${await freePort()}`, '--data', data, '--json', '--seed', `${seed}`];
  if (cases === 'none') words.push('--empty');
  const demo = spawn(binary, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  demo.stderr.on('data', (piece) => {
    log = (log + piece).slice(-20_000);
  });
  const ended = once(demo, 'exit');
  const line = await Promise.race([
    once(createInterface({ input: demo.stdout }), 'line').then(([first]) => first),
    ended.then(([status]) => {
      throw new Error(`heard demo ended with ${status}:\n${log}`);
    }),
  ]);
  const stop = async () => {
    demo.kill('SIGTERM');
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  if (keep) {
    demo.kill('SIGTERM');
    await ended;
  }
  return { world: JSON.parse(line), process: demo, data, log: () => log, stop };
}

/**
 * Starts `heard serve` with the people and schools of an empty demo, under the name `localhost`: browsers know passkeys
 * for a name alone, and take this one for private.
 * @param {{config?: (base: string) => string | Promise<string>, binary?: string}} options
 */
export async function startServe({ config = () => '', binary = process.env.HEARD_BIN } = {}) {
  const demo = await startDemo({ binary, keep: true });
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const file = path.join(demo.data, 'heard.toml');
  await writeFile(file, await config(base));
  const words = ['serve', '--listen', `127.0.0.1:${port}`, '--base-url', base, '--data', demo.data, '--config', file];
  const heard = spawn(binary, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  heard.stderr.on('data', (piece) => {
    log = (log + piece).slice(-20_000);
  });
  heard.stdout.resume();
  const ended = once(heard, 'exit');
  const stop = async () => {
    heard.kill('SIGTERM');
    await ended;
    await rm(demo.data, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 200; tries += 1) {
    if (await fetch(`${base}/health`).then((answer) => answer.ok, () => false)) {
      return { base, world: demo.world, data: demo.data, log: () => log, stop };
    }
    await new Promise((later) => setTimeout(later, 100));
  }
  await stop();
  throw new Error(`heard serve does not answer:\n${log}`);
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
