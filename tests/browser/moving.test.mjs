// A parent picked the wrong school of the trust: its co-ordinator moves the case, reads what the family will get, and
// does not see it any more; the other school does (R22). On a phone without scripts, and at a desk with them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WAYS, assertGoodPage, launch, shot, startDemo, visit } from './harness.mjs';

let browser;
let demo;
let base;

before(async () => {
  [browser, demo] = await Promise.all([launch(), startDemo({ seed: 5 })]);
  base = demo.world.base_url.replace(/\/$/, '');
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const CONCERN = {
  kind: 'concern',
  complainant: { name: 'Zofia Nowak', email: 'zofia@family.example', relationship: 'parent' },
  child: { name: 'Ola', year_group: 'Year 1' },
  points: [{ what_happened: 'The bus left without her' }],
};

async function raised() {
  const answer = await fetch(`${base}/api/v1/schools/hazel-lane/concerns`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(CONCERN),
  });
  const body = await answer.json();
  assert.ok(answer.status < 300, JSON.stringify(body));
  return body.reference;
}

function coordinator(school) {
  const holds = (post) => post.role === 'complaints_coordinator' && post.school === school;
  return demo.world.people.find((person) => person.posts.some(holds));
}

async function deskOf(person, way) {
  const tab = await visit(browser, base, way);
  await tab.page.goto('/sign-in');
  await tab.page.getByLabel('Email address').fill(person.email);
  await tab.page.locator('#password').fill(person.password);
  await tab.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  return tab;
}

for (const way of WAYS) {
  test(`a case goes to the school that it is about: ${way.name}`, async () => {
    const reference = await raised();
    const tab = await deskOf(coordinator('hazel-lane'), way);
    tab.guards.expectStatus(404);
    await tab.page.goto(`/cases/${reference}/actions/move_school`);
    await assertGoodPage(tab.page);
    if (way.scripts === 'on') await shot(tab.page, `move-school-${way.size}`);
    await tab.page.getByLabel('Quarry Beck Primary School').check();
    await tab.page.getByLabel('Why does it belong there?').fill('The bus is run by that school.');
    await tab.page.getByRole('button', { name: 'Check before it is done' }).click();
    const letter = tab.page.getByText('so we have passed it on');
    assert.ok(await letter.first().isVisible(), 'the letter as the family reads it');
    assert.ok(await tab.page.getByText('It is then at the other school').isVisible());
    await assertGoodPage(tab.page);
    if (way.scripts === 'on') await shot(tab.page, `move-school-check-${way.size}`);
    await tab.page.locator('button[name="confirmed"], form button.govuk-button').first().click();
    const gone = tab.page.getByRole('heading', { name: 'It has gone to the other school' });
    assert.ok(await gone.isVisible());
    await assertGoodPage(tab.page);
    if (way.scripts === 'on') await shot(tab.page, `move-school-gone-${way.size}`);
    const seen = await tab.page.goto(`/cases/${reference}`);
    assert.equal(seen.status(), 404);
    await tab.close();

    const there = await deskOf(coordinator('quarry-beck'), way);
    const page = await there.page.goto(`/cases/${reference}`);
    assert.equal(page.status(), 200);
    await assertGoodPage(there.page);
    if (way.scripts === 'on') await shot(there.page, `move-school-there-${way.size}`);
    await there.close();
  });
}
