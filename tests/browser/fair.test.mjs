// The headteacher is complained about and sees nothing of it anywhere, while somebody above decides and the family is
// answered (R22, S13). And somebody says when they are away, and who looks after what they have (S40).

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { assertGoodPage, launch, shot, startDemo, visit } from './harness.mjs';

const SCHOOL = 'hazel-lane';
const MARK = 'Quetzalmoth';
const FAMILY = 'maria@quetzal.example';

let browser;
let demo;
let base;
const visits = [];

before(async () => {
  [browser, demo] = await Promise.all([launch(), startDemo({ seed: 12 })]);
  base = demo.world.base_url.replace(/\/$/, '');
});
after(async () => {
  try {
    for (const seen of visits) await seen.close();
  } finally {
    await browser?.close();
    await demo?.stop();
  }
});

function holder(role) {
  const holds = (post) => post.role === role && (post.school === SCHOOL || !post.school);
  const found = demo.world.people.find((person) => person.posts.some(holds));
  assert.ok(found, `somebody is ${role}`);
  return found;
}

async function signedIn(person, way = { size: 'desk', scripts: 'on' }) {
  const seen = await visit(browser, base, way);
  visits.push(seen);
  for (const status of [404, 422]) seen.guards.expectStatus(status);
  seen.page.setDefaultTimeout(5000);
  await seen.page.goto('/sign-in');
  await seen.page.getByLabel('Email address').fill(person.email);
  await seen.page.locator('#password').fill(person.password);
  await seen.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await seen.page.getByRole('heading', { level: 1, name: 'Your cases' }).waitFor();
  return seen.page;
}

async function ask(method, address, { token, body, version } = {}) {
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  if (token) headers.authorization = `Bearer ${token}`;
  if (version !== undefined) headers['if-match'] = `"${version}"`;
  const answer = await fetch(`${base}/api/v1${address}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, text, body: answer.status < 300 && text ? JSON.parse(text) : null };
}

async function act(person, reference, action, body) {
  const { body: seen } = await ask('GET', `/cases/${reference}`, { token: person.token });
  const done = await ask('POST', `/cases/${reference}/actions/${action}`, {
    token: person.token,
    body,
    version: seen.version,
  });
  assert.ok(done.status < 300, `${action}: ${done.status} ${done.text}`);
}

async function mailTo(address, words) {
  for (let tries = 0; tries < 200; tries += 1) {
    const names = (await readdir(demo.world.mail_folder)).filter((name) => name.endsWith('.eml'));
    for (const name of names) {
      const mail = (await readFile(path.join(demo.world.mail_folder, name), 'utf8')).replace(/=\r?\n/g, '');
      if (mail.includes(address) && mail.includes(words)) return mail;
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`no mail to ${address} says ${words}`);
}

// The messages of a demo are for everybody who looks around, so the outbox is walked by the program's own tests.
async function seesNothing(page, head, reference) {
  const addresses = ['/', '/cases?state=any', `/cases?words=${MARK}&state=any`, '/cases?handler=nobody&state=any'];
  for (const address of addresses) {
    await page.goto(address);
    const links = await page.locator(`a[href*="${reference}"]`).count();
    const text = (await page.locator('main').innerText()).replaceAll(`“${MARK}”`, '');
    assert.equal(links, 0, `${address} leads to the case`);
    assert.ok(!text.includes(reference) && !text.includes(`${MARK} `), `${address}: ${text}`);
  }
  for (const address of [`/cases/${reference}`, `/cases/${reference}/actions/add_note`]) {
    const answer = await page.goto(address);
    assert.equal(answer.status(), 404, address);
    await page.getByRole('heading', { level: 1, name: 'Page not found' }).waitFor();
  }
  for (const address of [`/cases/${reference}`, `/cases/${reference}/messages`, `/cases/${reference}/involvement`]) {
    assert.equal((await ask('GET', address, { token: head.token })).status, 404, address);
  }
  const { text } = await ask('GET', `/cases?q=${MARK}&state=any`, { token: head.token });
  assert.ok(!text.includes(reference), text);
}

test('r22_the_head_sees_nothing_while_somebody_above_decides_and_the_family_is_answered', async () => {
  const raised = await ask('POST', `/schools/${SCHOOL}/concerns`, {
    body: {
      kind: 'concern',
      complainant: { name: `Maria ${MARK} Ash`, email: FAMILY, relationship: 'parent', preferred_contact: 'email' },
      child: { name: `Sami ${MARK} Ash`, year_group: 'Year 4' },
      about: [{ role: 'headteacher' }],
      points: [{ what_happened: `${MARK} was shouted at in front of the school.`, wanted: 'An apology' }],
    },
  });
  assert.equal(raised.status, 201, raised.text);
  const { reference } = raised.body;
  const { body: view } = await ask('GET', `/cases/${reference}`, { token: holder('clerk').token });
  const decides = demo.world.people.find((person) => person.name === view.handler.name);
  const head = holder('headteacher');
  assert.notEqual(decides?.name, head.name);
  const page = await signedIn(head);
  await seesNothing(page, head, reference);
  await shot(page, 'fair-head-404');
  await act(decides, reference, 'acknowledge', { message: 'I am looking into this.' });
  await seesNothing(page, head, reference);
  await act(decides, reference, 'reply', { message: 'I spoke to everybody who was there, and this is what I found.' });
  await mailTo(FAMILY, 'this is what I found');
  await seesNothing(page, head, reference);
});

test('s40_somebody_says_when_they_are_away_and_who_looks_after_it', async () => {
  for (const way of [
    { size: 'phone', scripts: 'off' },
    { size: 'desk', scripts: 'on' },
  ]) {
    const page = await signedIn(holder('headteacher'), way);
    await page.goto('/account/away');
    await assertGoodPage(page);
    await shot(page, `fair-away-${way.size}`);
    await page.getByRole('button', { name: 'Note this absence' }).click();
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    await assertGoodPage(page);
    await shot(page, `fair-away-problem-${way.size}`);
  }
});
