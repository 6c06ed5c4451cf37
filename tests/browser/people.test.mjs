// A new installation is no dead end: first start, set-up, a head and a class teacher are added, choose their
// passwords by the mailed link, and a parent's concern reaches the teacher (P4, P7, P10, P34, S41, S43). On a phone
// without scripts, and at a desk with them.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
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
  const data = await mkdtemp(path.join(tmpdir(), 'heard-people-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const words = ['serve', '--listen', listen, '--data', data];
  const heard = spawn(binary, words, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(heard, 'exit');
  let link;
  for await (const line of createInterface({ input: heard.stdout })) {
    if (line.startsWith('http')) {
      link = line;
      break;
    }
  }
  const stop = async () => {
    heard.kill();
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  return { base: `http://${listen}`, listen, data, link, words, stop };
}

/** The token behind a path in the newest mail to an address. */
async function mailed(data, address, before) {
  const folder = path.join(data, 'mail');
  for (let tries = 0; tries < 100; tries += 1) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'));
    for (const name of names.sort().reverse()) {
      const mail = (await readFile(path.join(folder, name), 'utf8')).replace(/=\r?\n/g, '');
      const token = mail.match(new RegExp(`${before}([A-Za-z0-9_-]{20,})`))?.[1];
      if (mail.includes(address) && token) return token;
    }
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error(`no mail to ${address} has a link`);
}

for (const way of [{ size: 'phone', scripts: 'off' }, { size: 'desk', scripts: 'on' }]) {
  test(`the way from the first start to a concern that somebody has: ${way.size}, scripts ${way.scripts}`, async () => {
    const { base, data, link, stop } = await firstStart();
    const seen = await visit(browser, base, way);
    const { page } = seen;
    seen.guards.expectStatus(422);
    seen.guards.expectStatus(403);
    seen.guards.expectStatus(404);
    const look = async (name) => {
      await assertGoodPage(page);
      await shot(page, `people-${name}-${way.size}`);
    };
    const press = (words) => page.getByRole('button', { name: words, exact: true }).press('Enter');
    const heading = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
    const fill = (fields) =>
      Object.entries(fields).reduce((done, [id, value]) => done.then(() => page.locator(`#${id}`).fill(value)), Promise.resolve());
    const signIn = async (email) => {
      await page.goto('/sign-in');
      await fill({ email, password: PASSWORD });
      await press('Sign in');
    };
    const signOut = async () => {
      await press('Sign out');
      await heading('You are signed out');
    };
    try {
      await page.goto(link);
      await fill({ name: 'Ines Baptiste', email: 'ines@rowan.example', password: PASSWORD });
      await press('Continue');
      await page.getByLabel('It belongs to a trust').check();
      await fill({ trust: 'Rowan Learning Trust' });
      await press('Continue');
      await fill({ school: 'Hazel Lane Primary School' });
      await page.getByLabel('Academy or free school').check();
      await page.getByLabel('England').check();
      await press('Continue');
      await fill({
        phone: '0117 496 0123',
        email: 'office@hazel-lane.example',
        address: 'Hazel Lane\nWestmarch',
        office_hours: 'on school days, 8:15am to 4pm',
        safeguarding: 'Grace Lindqvist, 0117 496 0124',
        privacy: 'dpo@rowan.example',
      });
      await press('Continue');
      assert.equal(await page.getByText('Wales').count(), 0, 'an English academy is offered no Welsh procedure');
      await look('procedure');
      await press('Continue');
      await fill({ 'autumn-2-first': '2 Nov 2026', 'autumn-2-last': '18/12/2026' });
      await look('calendar');
      await press('Continue');
      await press('Set up the school');
      await heading('The school is set up');
      await look('set-up-done');

      await page.getByRole('link', { name: 'Send yourself a test message' }).press('Enter');
      await look('test-message');
      await press('Send a test message');
      await heading('The message was written into its folder');
      await look('test-message-sent');
      await page.getByRole('link', { name: 'Go to the first page' }).press('Enter');
      await page.getByText('nobody holds class teacher').waitFor();
      await look('home-of-an-administrator');

      await page.getByRole('link', { name: 'Add a person' }).press('Enter');
      await press('Add this person');
      assert.match(await page.title(), /^Error: Add a person/);
      await look('add-refused');
      for (const [name, email, role] of [
        ['Amara Okafor', 'amara@hazel-lane.example', 'Headteacher'],
        ['Bruno Diaz', 'bruno@hazel-lane.example', 'Class teacher'],
      ]) {
        await page.goto('/people/new');
        await fill({ name, email });
        await page.getByLabel(role, { exact: true }).check();
        await page.getByLabel('Hazel Lane Primary School').check();
        if (role === 'Class teacher') await fill({ year_groups: 'Year 4' });
        await look(`add-${role.slice(0, 4).toLowerCase()}`);
        await press('Add this person');
        await heading(name);
        await look('person');
      }
      await page.getByRole('link', { name: /^End this post/ }).press('Enter');
      await look('end-post');
      await page.goto('/people');
      await look('list');
      await page.goto('/account');
      await look('account');
      await page.getByRole('link', { name: 'Make a token' }).press('Enter');
      await look('token-new');
      await press('Make the token');
      await heading('Copy your token now');
      await look('token-made');
      await page.goto('/account/password');
      await look('password');
      await signOut();

      for (const email of ['amara@hazel-lane.example', 'bruno@hazel-lane.example']) {
        const token = await mailed(data, email, '/password/');
        await page.goto(`/password/${token}`);
        await look('choose');
        await fill({ password: PASSWORD });
        await press('Set my password');
        await heading('Your password is set');
        await page.goto(`/password/${token}`);
        await heading('This link is over');
      }
      await look('link-over');
      await page.goto('/forgotten-password');
      await look('forgotten');
      await fill({ email: 'nobody@hazel-lane.example' });
      await press('Send me a link');
      await heading('Look into your inbox');
      await look('forgotten-sent');

      const raised = await fetch(`${base}/api/v1/schools/hazel-lane-primary-school/concerns`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          kind: 'concern',
          complainant: { name: 'Zofia Nowak', email: 'zofia@family.example', relationship: 'parent' },
          child: { name: 'Maja Nowak', year_group: 'Year 4' },
          points: [{ what_happened: 'The bus left without her.', wanted: 'A call before it leaves' }],
        }),
      });
      assert.equal(raised.status, 201, await raised.clone().text());
      const { reference } = await raised.json();
      await signIn('bruno@hazel-lane.example');
      await page.getByRole('link', { name: reference }).first().waitFor();
      await look('home-of-the-teacher');
      await page.goto('/people');
      await heading('This cannot be done now');
    } finally {
      await seen.close().finally(stop);
    }
  });
}

test('a second start on a busy address prints no link to set up', async () => {
  const { words, stop } = await firstStart();
  try {
    const second = spawn(process.env.HEARD_BIN, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    second.stdout.on('data', (piece) => {
      said += piece;
    });
    const [status] = await once(second, 'exit');
    assert.notEqual(status, 0);
    assert.ok(!said.includes('/set-up/'), said);
  } finally {
    await stop();
  }
});
