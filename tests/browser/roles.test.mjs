// Everybody who can hold a post, one after the other (issue 3): signs in, finds home and list, opens the case that
// their post lets them see, finds nothing in place of one that it does not, and is offered what is theirs to do. Each
// kind of page is looked at once. Then words are taken out of a case, on a page (S22).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertGoodPage, launch, shot, startDemo, visit } from './harness.mjs';

const SCHOOL = 'hazel-lane';
/** The posts that see every case of their school; all others see those in which they have a part. */
const SEE_ALL = [
  'headteacher',
  'executive_head',
  'complaints_coordinator',
  'trust_officer',
  'clerk',
  'inspector',
];
/** The posts that take words out, of those that see the case. */
const TAKE_OUT = ['complaints_coordinator', 'clerk', 'trust_officer', 'data_protection_officer'];
const NAME = 'Bartholomew';

let browser;
let demo;
let base;
/** The case that everybody who sees all sees, who has it, and one about the headteacher. */
let open;
let handler;
let hidden;
const looked = new Set();

before(async () => {
  [browser, demo] = await Promise.all([launch(), startDemo({ seed: 12 })]);
  base = demo.world.base_url.replace(/\/$/, '');
  open = await raised([]);
  hidden = await raised([{ role: 'headteacher' }]);
  const token = holder('trust_officer').token;
  const answer = await fetch(`${base}/api/v1/cases/${open}`, { headers: { authorization: `Bearer ${token}` } });
  handler = (await answer.json()).handler.name;
});
after(async () => {
  try {
    await browser?.close();
  } finally {
    await demo?.stop();
  }
});

/** A family raises a concern by the API. */
async function raised(about) {
  const answer = await fetch(`${base}/api/v1/schools/${SCHOOL}/concerns`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      kind: 'concern',
      complainant: { name: 'Zofia Nowak', email: 'zofia@family.example', relationship: 'parent' },
      points: [{ what_happened: `On the bus ${NAME} hit her, and nobody saw it.`, wanted: 'A seat' }],
      about,
    }),
  });
  assert.equal(answer.status, 201);
  return (await answer.json()).reference;
}

/** The posts of somebody that reach the school. */
const posts = (person) =>
  person.posts.filter(({ school }) => !school || school === SCHOOL).map(({ role }) => role);

/** Somebody with that post, at the school where there is one. */
function holder(role) {
  const holds = (person) => person.posts.some((post) => post.role === role);
  const found =
    demo.world.people.find((person) => posts(person).includes(role)) ?? demo.world.people.find(holds);
  assert.ok(found, `somebody is ${role}`);
  return found;
}

async function signedIn(person, size = 'desk') {
  const seen = await visit(browser, base, { size, scripts: 'on' });
  for (const status of [404, 422]) seen.guards.expectStatus(status);
  seen.page.setDefaultTimeout(8000);
  await seen.page.goto('/sign-in');
  await seen.page.getByLabel('Email address').fill(person.email);
  await seen.page.locator('#password').fill(person.password);
  await seen.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await seen.page.locator('a[href="/account"]').first().waitFor({ state: 'attached' });
  return seen;
}

/** Looks at a kind of page, once. */
async function look(page, kind) {
  if (looked.has(kind)) return;
  looked.add(kind);
  await assertGoodPage(page);
  await shot(page, `roles-${kind}`);
}

async function goes(page, path, status) {
  const answer = await page.goto(path);
  assert.equal(answer.status(), status, path);
}

test('everybody finds what is theirs, and nothing else', async () => {
  const roles = [...new Set(demo.world.people.flatMap((person) => person.posts.map(({ role }) => role)))];
  assert.equal(roles.length, 21, roles.join(', '));
  for (const role of roles) {
    const person = holder(role);
    const seen = await signedIn(person).catch((error) => assert.fail(`${role}: ${error}`));
    const { page } = seen;
    await look(page, 'home');
    await goes(page, '/cases?state=any', 200);
    await look(page, 'list');
    const all = posts(person).some((post) => SEE_ALL.includes(post)) || person.name === handler;
    const listed = await page.getByRole('link', { name: new RegExp(open) }).count();
    assert.equal(listed > 0, all, `${role}: the list`);
    await goes(page, `/cases/${open}`, all ? 200 : 404);
    await look(page, all ? 'case' : 'nothing-here');
    await goes(page, '/cases/0000-0000', 404);
    // Whoever is complained about sees nothing of it, whatever their posts (R22).
    if (role === 'headteacher') await goes(page, `/cases/${hidden}`, 404);
    if (all) {
      await goes(page, `/cases/${open}/actions/take_out`, 200);
      const asks = (await page.locator('textarea[name="words"]').count()) > 0;
      assert.equal(asks, posts(person).some((post) => TAKE_OUT.includes(post)), `${role}: taking words out`);
      await look(page, asks ? 'take-out' : 'not-theirs');
    }
    await seen.close();
  }
});

test('S22: words are taken out on a page, and the original is read with a reason', async () => {
  const seen = await signedIn(holder('complaints_coordinator'), 'phone');
  const { page } = seen;
  await goes(page, `/cases/${open}/actions/take_out`, 200);
  await page.getByRole('radio').first().check();
  await page.locator('textarea[name="words"]').fill('Nobody wrote this');
  await page.locator('textarea[name="reason"]').fill('It names another child');
  await page.getByRole('button', { name: 'Check before it is done' }).click();
  await page.getByText('These words do not stand in that text').first().waitFor();
  assert.equal(await page.locator('textarea[name="reason"]').inputValue(), 'It names another child');
  await page.locator('textarea[name="words"]').fill(NAME);
  await page.getByRole('button', { name: 'Check before it is done' }).click();
  await page.locator('button[name="confirmed"]').waitFor();
  await look(page, 'take-out-check');
  await page.locator('button[name="confirmed"]').click();
  await page.getByText('The words are taken out').waitFor();
  // The other case about the same matter keeps its own words: its row is not of this one.
  const others = await page.locator('section:has(> #alike)').allInnerTexts();
  const text = others.reduce((all, one) => all.replace(one, ''), await page.locator('main').innerText());
  assert.ok(!text.includes(NAME) && text.includes('Part of this was taken out on'), text);
  await look(page, 'case-with-a-mark');
  await page.getByText('What was taken out (1)').click();
  await page.getByRole('link', { name: /^Words taken out on/ }).click();
  await look(page, 'original-asked');
  await page.getByRole('button', { name: 'Read it' }).click();
  await page.getByText('Say why you read it').first().waitFor();
  await page.getByLabel('Why do you read it?').fill('A subject access request');
  await page.getByRole('button', { name: 'Read it' }).click();
  await page.getByText(NAME).first().waitFor();
  await look(page, 'original');
  await goes(page, `/cases/${open}/readings`, 200);
  assert.ok((await page.locator('main').innerText()).includes('Why: A subject access request'));
  await look(page, 'readings');
  await seen.close();
});
