// The first start as an administrator meets it: one link, a question a page, signing out and in again (P4, P7, P10,
// P34, S41). On a phone without scripts, and at a desk with them.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { assertGoodPage, freePort, launch, shot, visit } from './harness.mjs';

const PASSWORD = 'blue kettle sings loudly';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Starts `heard serve` with nothing in its folder; resolves with the link that it prints. */
async function firstStart() {
  const binary = process.env.HEARD_BIN;
  assert.ok(binary, 'HEARD_BIN names the heard program; tests/run sets it');
  const data = await mkdtemp(path.join(tmpdir(), 'heard-first-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const heard = spawn(binary, ['serve', '--listen', listen, '--data', data], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(heard, 'exit');
  let link;
  for await (const line of createInterface({ input: heard.stdout })) {
    if (line.startsWith('http')) {
      link = line;
      break;
    }
  }
  const base = `http://${listen}`;
  for (let tries = 0; ; tries += 1) {
    const up = await fetch(`${base}/sign-in`).then((answer) => answer.ok, () => false);
    if (up) break;
    assert.ok(tries < 100, 'heard serve does not answer');
    await new Promise((later) => setTimeout(later, 50));
  }
  const stop = async () => {
    heard.kill();
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  return { base, link, stop };
}

for (const way of [{ size: 'phone', scripts: 'off' }, { size: 'desk', scripts: 'on' }]) {
  test(`a school is set up: ${way.size}, scripts ${way.scripts}`, async () => {
    const { base, link, stop } = await firstStart();
    const seen = await visit(browser, base, way);
    const { page } = seen;
    // Refused answers come as 422, a link that is over as 404.
    seen.guards.expectStatus(422);
    seen.guards.expectStatus(404);
    const look = async (name) => {
      await assertGoodPage(page);
      await shot(page, `set-up-${name}-${way.size}`);
    };
    // By keyboard: after the walk with the Tab key the skip link shows, and goes as soon as a mouse takes the focus.
    const goOn = (words = 'Continue') => page.getByRole('button', { name: words, exact: true }).press('Enter');
    try {
      await page.goto(link);
      await look('begin');
      await page.getByLabel('Your full name').fill('Ines Baptiste');
      await page.getByLabel('Your email address').fill('ines@rowan.example');
      await page.locator('#password').fill('short');
      await goOn();
      assert.match(await page.title(), /^Error: /);
      await look('begin-refused');
      assert.equal(await page.getByLabel('Your full name').inputValue(), 'Ines Baptiste');
      await page.locator('#password').fill(PASSWORD);
      await goOn();

      await page.getByRole('heading', { level: 1, name: 'Does your school belong to a trust?' }).waitFor();
      await look('trust');
      await goOn();
      await look('trust-refused');
      await page.getByLabel('It belongs to a trust').check();
      await page.getByLabel('Name of the trust').fill('Rowan Learning Trust');
      await goOn();

      await page.getByLabel('Name of the school').fill('Hazel Lane Primary School');
      await page.getByLabel('Academy or free school').check();
      await page.getByLabel('England').check();
      await look('school');
      await goOn();

      await page.getByLabel('Phone number').fill('0117 496 0123');
      await page.getByLabel('Email address for families').fill('office@hazel-lane.example');
      await page.getByLabel('Postal address').fill('Hazel Lane\nWestmarch');
      await page.getByLabel('When does the office answer?').fill('on school days, 8:15am to 4pm');
      await page.getByLabel('Who leads on safeguarding?').fill('Grace Lindqvist, 0117 496 0124');
      await page.getByLabel('Whom do families ask about personal data?').fill('dpo@rowan.example');
      await look('contact');
      await goOn();

      await look('procedure');
      assert.equal(await page.getByRole('radio').first().isChecked(), true, 'the proposed one is chosen');
      await goOn();

      await page.locator('#autumn-1-first').fill('31 February 2027');
      await page.locator('#autumn-1-last').fill('23 October 2026');
      await goOn();
      await look('calendar-refused');
      assert.equal(await page.locator('#autumn-1-first').inputValue(), '31 February 2027');
      await page.locator('#autumn-1-first').fill('2 September 2026');
      await look('calendar');
      await goOn();

      await look('check');
      await goOn('Set up the school');
      await page.getByRole('heading', { level: 1, name: 'The school is set up' }).waitFor();
      await look('done');

      await page.goto(link);
      await page.getByRole('heading', { level: 1, name: 'This set-up link is over' }).waitFor();
      await look('over');
    } finally {
      await seen.close().finally(stop);
    }
  });

  test(`somebody signs in: ${way.size}, scripts ${way.scripts}`, async () => {
    const { base, stop } = await firstStart();
    const seen = await visit(browser, base, way);
    const { page } = seen;
    seen.guards.expectStatus(422);
    try {
      await page.goto('/sign-in');
      await look(page, `sign-in-${way.size}`);
      await page.getByLabel('Email address').fill('nobody@hazel-lane.example');
      await page.locator('#password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in', exact: true }).press('Enter');
      assert.match(await page.title(), /^Error: Sign in/);
      assert.equal(await page.getByLabel('Email address').inputValue(), 'nobody@hazel-lane.example');
      await look(page, `sign-in-refused-${way.size}`);
      await page.goto('/signed-out');
      await look(page, `signed-out-${way.size}`);
    } finally {
      await seen.close().finally(stop);
    }
  });
}

async function look(page, name) {
  await assertGoodPage(page);
  await shot(page, name);
}
