// The mailbox of a test-mode server as a newcomer meets it (E26): a concern is raised, its receipt is read on a page,
// a message is called back before it leaves (S7), and what cannot be mailed is printed and noted (E17).
// On a phone without scripts, and at a desk with them.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { assertGoodPage, freePort, launch, shot, startDemo, visit } from './harness.mjs';

const HEAD = { email: 'head@hazel-lane.example', password: 'blue kettle sings loudly' };
const SLUG = 'hazel-lane-primary-school';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Starts `heard serve` without a mail server, sets a school up in it and takes its head on. */
async function testMode() {
  const binary = process.env.HEARD_BIN;
  assert.ok(binary, 'HEARD_BIN names the heard program; tests/run sets it');
  const data = await mkdtemp(path.join(tmpdir(), 'heard-outbox-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const config = path.join(data, 'heard.toml');
  // Long enough to look at every page before the message leaves.
  await writeFile(config, `listen = "${listen}"\ndata = "${data}"\nundo_seconds = 300\n`);
  const heard = spawn(binary, ['serve', '--config', config], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(heard, 'exit');
  const stop = async () => {
    heard.kill();
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  try {
    const base = `http://${listen}`;
    await setUp(base, await linkOf(heard));
    const words = ['add-user', '--config', config, '--name', 'Amara Okafor', '--email', HEAD.email];
    const adding = promisify(execFile)(binary, [...words, '--post', `headteacher@${SLUG}`, '--password-stdin']);
    adding.child.stdin.end(`${HEAD.password}\n`);
    await adding;
    return { base, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function linkOf(heard) {
  for await (const line of createInterface({ input: heard.stdout })) {
    if (line.startsWith('http')) return line;
  }
  throw new Error('heard serve printed no link');
}

async function setUp(base, link) {
  for (let tries = 0; ; tries += 1) {
    if (await fetch(`${base}/sign-in`).then((answer) => answer.ok, () => false)) break;
    assert.ok(tries < 200, 'heard serve does not answer');
    await new Promise((later) => setTimeout(later, 50));
  }
  const seen = await visit(browser, base);
  const { page } = seen;
  const goOn = (words = 'Continue') => page.getByRole('button', { name: words, exact: true }).click();
  await page.goto(link);
  await page.getByLabel('Your full name').fill('Ines Baptiste');
  await page.getByLabel('Your email address').fill('ines@rowan.example');
  await page.locator('#password').fill('four words nobody knows');
  await goOn();
  await page.getByLabel('It belongs to a trust').check();
  await page.getByLabel('Name of the trust').fill('Rowan Learning Trust');
  await goOn();
  await page.getByLabel('Name of the school').fill('Hazel Lane Primary School');
  await page.getByLabel('Academy or free school').check();
  await page.getByLabel('England').check();
  await goOn();
  await page.getByLabel('Phone number').fill('0117 496 0123');
  await page.getByLabel('Email address for families').fill('office@hazel-lane.example');
  await page.getByLabel('Postal address').fill('Hazel Lane\nWestmarch');
  await page.getByLabel('When does the office answer?').fill('on school days, 8:15am to 4pm');
  await page.getByLabel('Who leads on safeguarding?').fill('Grace Lindqvist, 0117 496 0124');
  await page.getByLabel('Whom do families ask about personal data?').fill('dpo@rowan.example');
  await goOn();
  await goOn();
  await page.locator('#autumn-1-first').fill('2 September 2026');
  await page.locator('#autumn-1-last').fill('23 October 2026');
  await goOn();
  await goOn('Set up the school');
  await page.getByRole('heading', { level: 1, name: 'The school is set up' }).waitFor();
  await seen.close();
}

/** A family raises a concern, as a program does it: the pages have a journey of their own. */
async function raise(base, complainant) {
  const answer = await fetch(`${base}/api/v1/schools/${SLUG}/concerns`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      kind: 'concern',
      complainant: { relationship: 'parent', ...complainant },
      points: [{ what_happened: 'The bus left without her.', wanted: 'A seat on the bus' }],
    }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json()).reference;
}

for (const way of [{ size: 'phone', scripts: 'off' }, { size: 'desk', scripts: 'on' }]) {
  test(`mail is read, called back and posted: ${way.size}, scripts ${way.scripts}`, async () => {
    const { base, stop } = await testMode();
    const seen = await visit(browser, base, way);
    const { page } = seen;
    // A form that lacks something comes back as 422.
    seen.guards.expectStatus(422);
    const look = async (name) => {
      await assertGoodPage(page);
      await shot(page, `outbox-${name}-${way.size}`);
    };
    // By keyboard: after the walk with the Tab key the skip link shows, and goes as soon as a mouse takes the focus.
    const press = (words) => page.getByRole('button', { name: words }).press('Enter');
    const follow = (words) => page.getByRole('link', { name: words }).first().press('Enter');
    try {
      const reference = await raise(base, { name: 'Zofia Lis', email: 'zofia@family.example' });
      const byPost = await raise(base, { name: 'Ewa Nowak', address: '2 Mill Road\nWestmarch' });
      await page.goto('/outbox');
      await page.getByLabel('Email address').fill(HEAD.email);
      await page.locator('#password').fill(HEAD.password);
      await press('Sign in');

      await page.getByRole('heading', { level: 1, name: 'Messages' }).waitFor();
      await page.getByText('No mail leaves this machine').waitFor();
      await look('list');
      await follow(new RegExp(`we have your concern.*${reference}`));
      await page.getByText('See your concern and what you can do').waitFor();
      assert.ok(!(await page.content()).includes('/mine/'), 'the family’s own link is not shown to staff');
      await look('receipt');
      await follow('See it as mail programs show it');
      await page.getByText('Our promise').waitFor();
      await page.goBack();

      // S7: what a person writes can be called back.
      await page.goto(`/cases/${reference}/actions/send_message`);
      await page.locator('textarea').first().fill('These are the wrong words.');
      await page.locator('main form button[type=submit]').first().press('Enter');
      await press(/^Send/);
      await page.getByText('Until then you can call it back').first().waitFor();
      await look('can-be-called-back');
      await page.getByRole('button', { name: /^Call it back/ }).first().press('Enter');
      await page.getByText('It was called back before it left').waitFor();
      await look('called-back');

      // E17: without an address it is a task until somebody posts it.
      await page.goto('/');
      await page.getByText('Ewa Nowak has no email address').waitFor();
      await look('task');
      await follow('See to it');
      await press('Note that they were told');
      assert.match(await page.title(), /^Error: /);
      await look('told-refused');
      await follow('See it as a letter to print');
      await page.getByText('2 Mill Road').waitFor();
      await look('letter');
      await page.goto(page.url().replace(/\/letter$/, ''));
      await page.getByLabel('By post').check();
      // The school's date, which is not the runner's between midnight here and there.
      const [year, month, day] = new Date().toLocaleDateString('sv-SE', { timeZone: 'Europe/London' }).split('-');
      await page.locator('#on-day').fill(day);
      await page.locator('#on-month').fill(month);
      await page.locator('#on-year').fill(year);
      await press('Note that they were told');
      await page.getByText('Amara Okafor posted it').waitFor();
      await look('posted');
      await page.goto(`/cases/${byPost}`);
      await page.getByText(/Posted on .* to Ewa Nowak/).first().waitFor();

      await page.goto('/outbox?state=called_back');
      await page.getByRole('link', { name: 'Remove the filter State: Called back' }).press('Enter');
      assert.equal(new URL(page.url()).search, '', 'a filter is in the address and can be taken off (S10)');
    } finally {
      await stop();
    }
    await seen.close();
  });
}

test('in the demo anybody reads the mailbox and opens a family’s page from it', async () => {
  const demo = await startDemo({ seed: 3 });
  const base = demo.world.base_url.replace(/\/$/, '');
  const seen = await visit(browser, base);
  const { page } = seen;
  try {
    const [{ slug }] = demo.world.schools;
    const answer = await fetch(`${base}/api/v1/schools/${slug}/concerns`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        kind: 'concern',
        complainant: { name: 'Zofia Lis', email: 'zofia@family.example', relationship: 'parent' },
        points: [{ what_happened: 'The bus left without her.' }],
      }),
    });
    const { reference } = await answer.json();
    await page.goto('/demo');
    await page.getByRole('link', { name: 'See the mails' }).press('Enter');
    await page.getByText('mailbox of everybody in the demo').waitFor();
    await assertGoodPage(page);
    await page.getByRole('link', { name: new RegExp(`we have your concern.*${reference}`) }).press('Enter');
    await assertGoodPage(page);
    await page.getByRole('button', { name: 'Open the family’s page' }).press('Enter');
    await page.waitForURL(/\/mine\//);
  } finally {
    await demo.stop();
  }
  await seen.close();
});
