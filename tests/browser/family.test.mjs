// Every page for families as it is drawn, on a phone and at a desk, with scripts and without; and one family's way
// through its own case on a phone without scripts, from the mailed link to the withdrawal (P23-P29, P33, P38, P43).
//
// `cargo test --lib web::pages::family_gallery` writes the pages first; tests/run does so.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import {
  assertAccessible,
  assertGoodPage,
  assertKeyboardReachable,
  assertNoSidewaysScroll,
  launch,
  shot,
  startDemo,
  visit,
  WAYS,
} from './harness.mjs';

const PAGES = path.join(tmpdir(), 'heard-family-pages');
const SCHOOL = 'hazel-lane';
const PARENT = 'noor.rahman@family.example';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

// --- every page -------------------------------------------------------------------------------------------------------

const types = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' };
const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'";

/** Serves the pages that were written, under the content security policy that they have in Heard. */
async function servePages() {
  const server = createServer(async (request, response) => {
    const asked = new URL(request.url, 'http://localhost').pathname;
    const folder = asked.startsWith('/assets/') ? path.join(PAGES, 'assets') : PAGES;
    try {
      const content = await readFile(path.join(folder, path.basename(asked)));
      response.writeHead(200, { 'content-type': types[path.extname(asked)], 'content-security-policy': policy });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { base: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

/** What is tried where: scripts change nothing that axe looks at, and a wide screen nothing for the Tab key. */
async function look(page, way) {
  await assertNoSidewaysScroll(page);
  if (way.scripts === 'on') await assertAccessible(page);
  if (way.scripts === 'off' && way.size === 'phone') await assertKeyboardReachable(page);
}

test('every page for families is in order on every screen, with scripts and without', async () => {
  const names = (await readdir(PAGES)).filter((name) => name.endsWith('.html')).sort();
  assert.ok(names.length > 50, `${names.length} pages were written`);
  const { base, stop } = await servePages();
  try {
    await Promise.all(
      WAYS.map(async (way) => {
        const seen = await visit(browser, base, way);
        for (const name of names) {
          await seen.page.goto(`/${name}`);
          await look(seen.page, way);
        }
        await seen.close();
      }),
    );
  } finally {
    stop();
  }
});

// --- one family -------------------------------------------------------------------------------------------------------

/** The demo with what a test does to it by the API. */
class Town {
  constructor(demo) {
    this.demo = demo;
    this.base = demo.world.base_url.replace(/\/$/, '');
    this.officer = demo.world.people.find(({ posts }) => posts.some(({ role }) => role === 'trust_officer'));
  }

  async api(address, { token, body, version } = {}) {
    const headers = { 'content-type': 'application/json' };
    if (token) headers.authorization = `Bearer ${token}`;
    if (version !== undefined) headers['if-match'] = `"${version}"`;
    const answer = await fetch(`${this.base}/api/v1${address}`, {
      method: body ? 'POST' : 'GET',
      headers,
      body: body && JSON.stringify(body),
    });
    const told = await answer.json();
    assert.ok(answer.ok, `${address}: ${answer.status} ${JSON.stringify(told)}`);
    return told;
  }

  raise() {
    return this.api(`/schools/${SCHOOL}/concerns`, {
      body: {
        kind: 'concern',
        complainant: { name: 'Noor Rahman', email: PARENT, phone: '01632 960 014', relationship: 'parent' },
        points: [
          { what_happened: 'The trip was called off on the morning.', wanted: 'Word on the day before' },
          { what_happened: 'The money for it has not come back.', wanted: 'The money' },
        ],
      },
    });
  }

  /** Whoever has the case does something. */
  async handlerDoes(reference, action, body) {
    const known = await this.api(`/cases/${reference}`, { token: this.officer.token });
    const handler = this.demo.world.people.find(({ name }) => name === known.handler.name);
    await this.api(`/cases/${reference}/actions/${action}`, { token: handler.token, version: known.version, body });
  }

  /** The newest link that was mailed to the parent. */
  async link() {
    for (let tries = 0; tries < 200; tries += 1) {
      const names = (await readdir(this.demo.world.mail_folder)).filter((name) => name.endsWith('.eml'));
      for (const name of names.sort().reverse()) {
        const mail = (await readFile(path.join(this.demo.world.mail_folder, name), 'utf8')).replace(/=\r?\n/g, '');
        const link = mail.includes(PARENT) && /\/mine\/[A-Za-z0-9_-]{20,}/.exec(mail);
        if (link) return link[0];
      }
      await new Promise((wake) => setTimeout(wake, 50));
    }
    throw new Error('no mail has a link');
  }
}

/** Everything that holds for a page; then it is as it was before the Tab key went round. */
async function check(page) {
  await assertGoodPage(page);
  await page.reload();
}

const heading = (page, words) => page.getByRole('heading', { level: 1, name: words }).waitFor();

/** Opens a move from the page of the case, fills it in, and comes back to a page that says what was done. */
async function does(page, action, fill, said) {
  await page.goto('/mine');
  await page.locator(`main a[href="/mine/actions/${action}"]`).first().click();
  await page.locator('main form').waitFor();
  await check(page);
  await fill();
  await page.locator('main form button[type=submit].govuk-button').last().click();
  const refusal = page.locator('.govuk-error-summary');
  if (await refusal.count()) throw new Error(`${action}: ${await refusal.innerText()}`);
  assert.match(await page.locator('.govuk-notification-banner').innerText(), said);
}

test('a family goes its whole way on a phone without scripts', async () => {
  const demo = await startDemo({ seed: 23 });
  try {
    const town = new Town(demo);
    const { reference } = await town.raise();
    const seen = await visit(browser, town.base, { size: 'phone', scripts: 'off' });
    const { page } = seen;
    page.setDefaultTimeout(5000);

    await page.goto(await town.link());
    await check(page);
    await page.getByRole('button', { name: 'Open my page' }).click();
    await heading(page, 'Your concern');
    await assertGoodPage(page);
    await shot(page, 'family-phone-new');

    await does(page, 'send_message', () => page.locator('#words').fill('It was the museum trip.'), /message was sent/);

    await town.handlerDoes(reference, 'ask_information', { question: 'On which day did you pay?' });
    await page.goto('/mine');
    assert.match(await page.locator('.heard-turn').innerText(), /On which day did you pay\?/);
    await does(page, 'give_information', () => page.locator('#answer').fill('On 2 November.'), /answer was sent/);

    await town.handlerDoes(reference, 'reply', { message: 'You hear of a trip the day before from now on.' });
    await page.goto('/mine');
    await shot(page, 'family-phone-answered');
    await page.getByRole('button', { name: 'Tell us if it is settled' }).click();
    await page.locator('[name="point-1"][value=yes]').check();
    await page.locator('[name="point-2"][value=no]').check();
    await page.getByRole('button', { name: 'Send your answer' }).click();
    await heading(page, 'Take it further');
    assert.match(await page.locator('main').innerText(), /Nothing has gone further yet/, 'No leads to the next step (P29)');
    await check(page);
    await page.goto('/mine');
    await shot(page, 'family-phone-not-settled');
    assert.match(await page.locator('.heard-turn').innerText(), /Nothing has gone further yet/);
    await does(
      page,
      'escalate',
      async () => {
        assert.equal(await page.locator('#wanted').inputValue(), 'The money', 'what is open is carried over (P27)');
        await page.locator('#why').fill('The money is still not there.');
        await page.getByRole('button', { name: 'Check before it goes' }).click();
        await heading(page, 'Check what you send');
        assert.match(await page.locator('main').innerText(), /The money is still not there/, 'as it goes (P20)');
        await shot(page, 'family-phone-check-further');
      },
      /taken further/,
    );

    await page.goto('/mine');
    await page.getByRole('link', { name: 'We have your concern' }).click();
    await page.locator('.heard-paper').waitFor();
    await assertGoodPage(page);
    await shot(page, 'family-phone-letter');
    await page.goto('/mine/letters');
    assert.ok((await page.locator('.heard-paper').count()) > 1, 'every letter that went to them (P31)');
    await check(page);
    await shot(page, 'family-phone-letters');

    await page.goto('/mine/ask/call');
    assert.equal(await page.locator('#number').inputValue(), '01632 960 014', 'what we know is there (P6)');
    await page.goto('/mine');
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('.heard-hide-print').first().isVisible(), false, 'buttons are not printed');
    await shot(page, 'family-print');
    await page.emulateMedia({ media: 'screen' });

    await does(page, 'withdraw', () => page.locator('#reason').fill('The money came.'), /withdrawn/);
    assert.match(await page.locator('.heard-facts').first().innerText(), /closed/i);
    await assertGoodPage(page);
    await seen.close();
  } finally {
    await demo.stop();
  }
});

test('Back leads to pages, not to the browser’s question whether to send a form again', async () => {
  const demo = await startDemo({ seed: 24 });
  try {
    const seen = await visit(browser, demo.world.base_url.replace(/\/$/, ''), { size: 'phone', scripts: 'on' });
    const { page } = seen;
    page.setDefaultTimeout(5000);
    await page.goto(`/schools/${SCHOOL}/raise/what-is-it`);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.locator('.govuk-error-summary').waitFor();
    assert.match(await page.title(), /^Error: /);
    await page.getByLabel('Raise a concern or make a complaint').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await heading(page, 'Is it a concern or a formal complaint?');
    await page.goBack();
    await heading(page, 'What would you like to do?');
    await page.goForward();
    await heading(page, 'Is it a concern or a formal complaint?');
    await seen.close();
  } finally {
    await demo.stop();
  }
});
