// A concern as everybody meets it in a browser: a parent raises it, it climbs from the class teacher to the panel, and
// is closed (P22-P31, S1-S13, S29, S31). At a desk with scripts; the shorter journeys on a phone without. Mails are
// read in the demo's folder, and the demo's clock is moved.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { assertGoodPage, launch, shot, startDemo, visit } from './harness.mjs';

const SCHOOL = 'hazel-lane';
const PASSWORD_FIELD = '#password';
const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n');

let browser;
let demo;
let base;
const visits = new Map();
/** Counts the moves of the clock: each ends every session that is older than the move. */
let era = 0;

before(async () => {
  [browser, demo] = await Promise.all([launch(), startDemo({ seed: 11 })]);
  base = demo.world.base_url.replace(/\/$/, '');
});
after(async () => {
  try {
    for (const seen of visits.values()) await seen.close();
  } finally {
    await browser?.close();
    await demo?.stop();
  }
});

// --- who ------------------------------------------------------------------------------------------------------------

function holder(role, school = SCHOOL) {
  const holds = (post) => post.role === role && (post.school === school || !post.school);
  const found = demo.world.people.find((person) => person.posts.some(holds));
  assert.ok(found, `somebody is ${role}`);
  return found;
}

const named = (name) => demo.world.people.find((person) => person.name === name);

/** The page of somebody who is signed in, kept from one story to the next. */
async function deskOf(person, way = { size: 'desk', scripts: 'on' }) {
  const key = `${person.email} ${way.size} ${way.scripts}`;
  if (!visits.has(key)) {
    const seen = await visit(browser, base, way);
    for (const status of [404, 409, 422]) seen.guards.expectStatus(status);
    seen.page.setDefaultTimeout(5000);
    visits.set(key, seen);
  }
  const seen = visits.get(key);
  if (seen.era !== era) {
    await seen.page.goto('/sign-in');
    await seen.page.getByLabel('Email address').fill(person.email);
    await seen.page.locator(PASSWORD_FIELD).fill(person.password);
    await seen.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await seen.page.getByRole('heading', { level: 1, name: 'Your cases' }).waitFor();
    seen.era = era;
  }
  return seen.page;
}

/** A case as the trust's officer reads it from the API: who has it, and its version. */
async function fromApi(address, token = holder('trust_officer').token) {
  const answer = await fetch(`${base}/api/v1${address}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, body: await answer.json() };
}

async function handlerOf(reference) {
  const { body } = await fromApi(`/cases/${reference}`);
  return named(body.handler.name) ?? assert.fail(`nobody has ${reference}`);
}

async function moveClock(body) {
  const answer = await fetch(`${base}/demo/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `the clock moves: ${answer.status}`);
  era += 1;
}

/** The newest mail to an address that says something, as text. */
async function mailTo(address, words) {
  for (let tries = 0; tries < 200; tries += 1) {
    const names = (await readdir(demo.world.mail_folder)).filter((name) => name.endsWith('.eml')).sort().reverse();
    for (const name of names) {
      const raw = await readFile(path.join(demo.world.mail_folder, name), 'utf8');
      const mail = raw.replace(/=\r?\n/g, '');
      if (mail.includes(address) && mail.includes(words)) return mail;
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`no mail to ${address} says ${words}`);
}

// --- what -----------------------------------------------------------------------------------------------------------

/** What holds for every page that is looked at. */
async function look(page, name) {
  await assertGoodPage(page);
  if (name) await shot(page, `staff-${name}`);
}

const heading = (page, words) => page.getByRole('heading', { level: 1, name: words }).waitFor();
const inMain = (page) => page.locator('main');
const pressMain = (page) => inMain(page).locator('form button[type=submit]').first().click();

/** Fills a date in three boxes. */
async function date(page, name, iso) {
  const [year, month, day] = iso.split('-').map(Number);
  await page.locator(`[name="${name}-day"]`).fill(`${day}`);
  await page.locator(`[name="${name}-month"]`).fill(`${month}`);
  await page.locator(`[name="${name}-year"]`).fill(`${year}`);
}

/** Opens the form of a move from the case page, as a person does. */
async function open(page, reference, move) {
  await page.goto(`/cases/${reference}`);
  await inMain(page).locator('a[href*="/actions/"]').getByText(move, { exact: true }).first().click();
  await page.locator('main form').first().waitFor();
}

/** Does a move: the form, the page that asks first, the banner on the case (S3, S5). */
async function does(person, reference, move, fill, { told, name } = {}) {
  const page = await deskOf(person);
  await open(page, reference, move);
  await look(page, name && `${name}-form`);
  await fill(page);
  await pressMain(page);
  const refusal = page.locator('.govuk-error-summary');
  if (await refusal.count()) throw new Error(`${move}: ${await refusal.innerText()}`);
  if (told) {
    await page.getByRole('heading', { level: 1, name: `Check: ${move}` }).waitFor();
    const letters = page.locator('.heard-form--family');
    assert.ok((await letters.count()) > 0, `${move}: messages go out`);
    const all = (await letters.allInnerTexts()).join('\n');
    if (process.env.TELL) console.log(move, await page.locator('.heard-form--family').locator('p').filter({ hasText: 'Subject' }).allInnerTexts());
    for (const words of told) assert.ok(all.includes(words), `the page that asks shows “${words}”`);
    await look(page, name && `${name}-check`);
    await page.locator('main button[name=confirmed]').click();
  }
  await page.locator('.govuk-notification-banner--success').waitFor();
  await look(page, name && `${name}-after`);
  return page;
}

const isoDay = (days, from) => new Date(from.getTime() + days * 86_400_000).toISOString().slice(0, 10);

async function today() {
  const { body } = await fromApi('/cases?sort=changed&state=any&limit=1');
  return new Date(body.items[0].updated_at);
}

async function schoolDayAhead(days) {
  const now = await today();
  const { body } = await fromApi(`/schools/${SCHOOL}/calendar?from=${isoDay(days, now)}&to=${isoDay(days + 40, now)}`);
  return body.days.find((day) => day.kind === 'school_day').on;
}

// --- the parent -----------------------------------------------------------------------------------------------------

const PARENT = 'amira.hassan@family.example';

async function answer(page, question, fill) {
  await heading(page, question);
  if (fill) await fill();
  await page.getByRole('button', { name: /^Continue/ }).last().click();
}

/** Raises a concern with two points about Oliver Penhaligon, by every question (P4-P22). */
async function raise(page) {
  const tick = (label) => page.getByLabel(label, { exact: true }).check();
  await page.goto(`/schools/${SCHOOL}`);
  await look(page, 'parent-start');
  await page.getByRole('button', { name: 'Start now' }).click();
  await answer(page, 'What would you like to do?', () => tick('Raise a concern or make a complaint'));
  await answer(page, 'Is it a concern or a formal complaint?', () => tick('A concern'));
  await answer(page, 'How are you connected with the child or the school?', () => tick('Parent of a pupil'));
  await answer(page, 'Who is it about?', () => tick('Another member of staff'));
  await answer(page, 'What are their names?', () => page.locator('input[name^="name-"]').fill('Oliver Penhaligon'));
  await answer(page, 'Is it about one child?', () => tick('Yes'));
  await answer(page, 'Which child is it about?', async () => {
    await page.locator('#child_name').fill('Sami Hassan');
    await page.locator('#year_group').fill('Year 4');
  });
  await answer(page, 'What happened?', async () => {
    await page.locator('#what').fill('Sami was left out of the reading group for three weeks.');
    await page.locator('#wanted').fill('A place in the group');
  });
  await answer(page, 'What you have told us', () => tick('Yes'));
  await answer(page, 'What else happened?', () => page.locator('#what').fill('Nobody answered our two letters about it.'));
  await answer(page, 'What you have told us', () => tick('No, that is everything'));
  await answer(page, 'When did it last happen?', () => tick('It is still going on'));
  await answer(page, 'Have you spoken to anybody at school about it?');
  await answer(page, 'Is any of this part of it?', () => page.locator('input[name=matters][value=none]').check());
  await answer(page, 'Do you want to add photos or documents?');
  await answer(page, 'What is your name?', () => page.locator('#name').fill('Amira Hassan'));
  await answer(page, 'How can we reach you?', () => page.locator('#email').fill(PARENT));
  await answer(page, 'Is there anything we should know before we contact you?', () =>
    page.locator('#safe_note').fill('Do not leave a voicemail'));
  await answer(page, 'Which language suits you best?');
  await answer(page, 'Is there anything that would make this easier for you?');
  await heading(page, 'Check your answers before you send them');
  await look(page, 'parent-check');
  await page.getByRole('button', { name: 'Send your concern' }).click();
  await heading(page, 'We have your concern');
  await look(page, 'parent-sent');
  const reference = (await page.locator('.heard-reference, .govuk-panel__body strong').first().innerText()).trim();
  assert.match(reference, /^[A-Z0-9]{4}-[A-Z0-9]{4}$/);
  return reference;
}

/** What the parent's own page is called, at the steps by talking and at the formal ones. */
const YOUR_CASE = /^Your (concern|complaint)$/;

/** Follows the newest link in the mail: a page with a button, so that scanners use nothing up (P33). */
async function followLink(page, words) {
  const mail = await mailTo(PARENT, words);
  await page.goto(`/mine/${mail.match(/\/mine\/([A-Za-z0-9_-]{20,})/)[1]}`);
  await look(page);
  await page.getByRole('button', { name: 'Open my page' }).click();
  await heading(page, YOUR_CASE);
}

/** The parent's own page; after a long time by a link again. */
async function openMine(page) {
  await page.goto('/mine');
  if ((await page.getByRole('heading', { level: 1, name: YOUR_CASE }).count()) === 0) await followLink(page, '/mine/');
}

/** What the parent sees at that step: the facts, the step of the tracker, the newest entry of the timeline. */
async function parentSees(page, { where, who, step, newest }, name) {
  await openMine(page);
  const facts = await page.locator('.heard-facts').first().innerText();
  assert.match(facts, where);
  assert.match(facts, who);
  if (step) assert.match(await page.locator('.heard-steps [aria-current="step"], .heard-step--current').first().innerText(), step);
  if (newest) assert.match(await page.locator('.moj-timeline__item').first().innerText(), newest);
  const everything = await inMain(page).innerText();
  for (const hidden of ['Oliver Penhaligon', '@hazel-lane.example', 'Note for colleagues']) {
    assert.ok(!everything.includes(hidden), `the family does not read ${hidden}`);
  }
  await look(page, name);
}

/** The subject of the case sees nothing of it, anywhere (R22, S13, G28, G29). */
async function subjectSeesNothing(reference) {
  const page = await deskOf(named('Oliver Penhaligon'));
  for (const address of ['/', '/cases?state=any', `/cases?state=any&q=${reference}`, '/cases.csv?state=any']) {
    const seen = await page.request.get(address);
    assert.ok(!(await seen.text()).includes('Sami Hassan'), `${address} is silent`);
  }
  const response = await page.goto(`/cases/${reference}`);
  assert.equal(response.status(), 404);
  const unknown = await page.request.get('/cases/AAAA-AAAA');
  assert.equal(unknown.status(), 404, 'and so is a case that is not there');
}

// --- the stories ----------------------------------------------------------------------------------------------------

test('a concern climbs from the class teacher to the panel, and each step is seen', async () => {
  const family = await visit(browser, base, { size: 'phone', scripts: 'on' });
  family.guards.expectStatus(404);
  family.page.setDefaultTimeout(5000);
  visits.set('family', family);
  const parent = family.page;
  const reference = await raise(parent);
  await followLink(parent, reference);
  await parentSees(parent, { where: /waiting to be looked at/, who: /class teacher/, step: /class teacher/i, newest: /class teacher/i }, 'parent-new');
  await subjectSeesNothing(reference);

  // C1: the class teacher rings, answers, and settles one point in one step.
  const teacher = await handlerOf(reference);
  const desk = await deskOf(teacher);
  await look(desk, 'home-teacher');
  assert.match(await inMain(desk).innerText(), new RegExp(reference), 'it waits on the home page (S2)');
  await desk.goto(`/cases/${reference}`);
  await look(desk, 'case-new');
  assert.match(await inMain(desk).innerText(), /Do not leave a voicemail/, 'what to mind comes before ringing (R20)');
  assert.match(await desk.locator('.heard-header').innerText(), /Hazel Lane/, 'the school is in the header (S29)');
  const working = (page) => page.locator('details', { hasText: 'How we worked out' }).first().locator('.govuk-details__text');
  await does(teacher, reference, 'Record a meeting or call', async (page) => {
    await date(page, 'held_on', isoDay(0, await today()));
    await page.locator('#present').fill('Amira Hassan, by phone');
    await page.locator('#said').fill('Sami can join from Monday. The letters went to an old inbox.');
  }, { told: ['Amira Hassan', PARENT, 'Sami can join from Monday'], name: 'call' });
  await does(teacher, reference, 'Add an internal note', (page) => page.locator('#words').fill('Note for colleagues'), { name: 'note' });
  const staffWorking = await workingOf(desk, 'Reply');
  await parent.goto('/mine');
  assert.equal((await textOf(working(parent))), staffWorking, 'the same working for both sides (S31)');
  await does(teacher, reference, 'Reply to the family', (page) => page.locator('#message').fill('Sami has a place from Monday.'), {
    told: ['Sami has a place from Monday', 'Amira Hassan'],
    name: 'reply',
  });
  await does(teacher, reference, 'Say whether it is settled', async (page) => {
    await page.getByLabel(/^Point 1:/).check();
    await page.locator('#heard_by').fill('On the phone this morning');
  }, { told: ['Amira Hassan'], name: 'settle' });
  await parentSees(parent, { where: /answered/, who: /class teacher/ }, 'parent-answered');

  // C2: the other point goes to the headteacher, with the earlier words carried over (P27).
  await takeFurther(parent, 'Nobody says what became of the letters.', 'An answer to both letters');
  const head = await handlerOf(reference);
  assert.equal(head.name, holder('headteacher').name);
  await parentSees(parent, { where: /headteacher/i, who: /headteacher/, step: /headteacher/i }, 'parent-head');
  await does(head, reference, 'Acknowledge', (page) => page.locator('#message').fill('Thank you. I will ring you.'), {
    told: ['Thank you. I will ring you.'],
    name: 'acknowledge',
  });
  const meeting = await schoolDayAhead(2);
  await does(head, reference, 'Arrange a meeting', async (page) => {
    await date(page, 'at', meeting);
    await page.locator('[name="at-time"]').fill('3:30pm');
    await page.locator('#minutes').fill('30');
    await page.locator('#place').fill('The library');
  }, { told: ['The library', '3:30pm'], name: 'meeting' });
  await moveClock({ to: `${meeting}T17:00:00Z` });
  await does(head, reference, 'Record a finding', async (page) => {
    await page.getByLabel(/^Point 2:/).check();
    await page.getByLabel('Partly upheld').check();
    await page.locator('#reasons').fill('One letter was found, one was not.');
  }, { name: 'finding' });
  await does(head, reference, 'Reply to the family', (page) => page.locator('#message').fill('One letter reached us in May.'), {
    told: ['One letter reached us in May.', 'One letter was found'],
  });
  await parentSees(parent, { where: /answered/, who: /headteacher/ }, 'parent-head-answered');

  // C3, F1: the chair, then the formal complaint.
  await takeFurther(parent, 'The other letter is still missing.', 'A proper search');
  const chair = await handlerOf(reference);
  await does(chair, reference, 'Reply to the family', (page) => page.locator('#message').fill('I looked for it too.'), { told: ['I looked for it too.'] });
  await takeFurther(parent, 'It was not a search.', 'A formal answer');
  const decider = await handlerOf(reference);
  await does(decider, reference, 'Acknowledge', async (page) => {
    await page.locator('#summary').fill('Two letters had no answer.');
    await page.locator('#unresolved').fill('The second letter.');
    await page.locator('#wanted').fill('To know what became of it.');
  }, { told: ['Two letters had no answer.'], name: 'formal-acknowledge' });
  const early = await deskOf(decider);
  await early.goto(`/cases/${reference}`);
  assert.match(await inMain(early).innerText(), /Reply to the family \(not yet\)[\s\S]*finding/i, 'a move that waits says for what (S4)');
  await does(decider, reference, 'Record a finding', async (page) => {
    await page.getByLabel(/^Point 2:/).check();
    await page.getByLabel('Not upheld').check();
    await page.locator('#reasons').fill('The log shows one letter.');
  });
  await does(decider, reference, 'Reply to the family', async (page) => {
    await page.locator('#message').fill('My finding is below.');
    await page.locator('#steps_taken').fill('I read the log of the office.');
    await page.locator('#actions').fill('A receipt for every letter.');
  }, { told: ['The log shows one letter.', 'A receipt for every letter.'], name: 'formal-reply' });

  // F2: the panel.
  await takeFurther(parent, 'The log cannot show what was lost.', 'An independent look');
  const clerk = await handlerOf(reference);
  await parentSees(parent, { where: /panel/i, who: /clerk/ }, 'parent-panel');
  const panel = await deskOf(clerk);
  await open(panel, reference, 'Appoint the panel');
  const names = await panel.locator('label').allInnerTexts();
  for (const barred of [teacher, head, chair, decider]) {
    assert.ok(!names.some((words) => words.startsWith(barred.name)), `${barred.name} had a part, and is no choice (R23)`);
  }
  const seats = panel.locator('input[name=members]');
  await seats.nth(0).check();
  await seats.nth(1).check();
  await panel.locator('[name=chair]').selectOption({ index: 1 });
  await pressMain(panel);
  assert.match(await panel.title(), /^Error: /);
  assert.match(await panel.locator('.govuk-error-summary').innerText(), /three|3/, 'two are not enough, in words (R24)');
  assert.ok(await seats.nth(1).isChecked(), 'what was chosen is kept');
  await look(panel, 'panel-refused');
  const { body: before } = await fromApi(`/cases/${reference}`, clerk.token);
  const { body: moves } = await fromApi(`/cases/${reference}/actions`, clerk.token);
  const pool = moves.items.find((one) => one.name === 'appoint_panel').fields.properties.members.items.enum;
  const { body: taints } = await fromApi(`/cases/${reference}/involvement`, clerk.token);
  const { person_id: person } = taints.items.find((line) => line.name === chair.name);
  const refused = await fetch(`${base}/api/v1/cases/${reference}/actions/appoint_panel`, {
    method: 'POST',
    headers: { authorization: `Bearer ${clerk.token}`, 'content-type': 'application/json', 'if-match': `"${before.version}"` },
    body: JSON.stringify({ members: [...pool.slice(0, 3), person], chair: pool[0] }),
  });
  assert.equal(refused.status, 422);
  assert.match((await refused.json()).detail, new RegExp(`${chair.name}.*(part|stage|handled)`, 'i'));
  await does(clerk, reference, 'Appoint the panel', async (page) => {
    const boxes = page.locator('input[name=members]');
    for (let place = 0; place < (await boxes.count()); place += 1) await boxes.nth(place).check();
    await page.locator('[name=chair]').selectOption({ index: 1 });
  }, { told: ['Amira Hassan'], name: 'panel' });
  // R27: a member declares for themself; the clerk is told, and nobody else of the panel reads it.
  const declare = 'Declare an interest, or that there is none';
  const { body: parts } = await fromApi(`/cases/${reference}/involvement`, clerk.token);
  const [member, colleague] = parts.items.filter((line) => line.person_id === pool[0] || line.person_id === pool[1]);
  await does(named(member.name), reference, declare, async (page) => {
    await page.getByLabel('There is something to declare').check();
    await page.locator('#interest').fill('I once taught their cousin.');
  }, { told: [clerk.name], name: 'declare' });
  const fellow = await deskOf(named(colleague.name), { size: 'phone', scripts: 'off' });
  await look(fellow, 'home-panel-phone');
  await fellow.goto(`/cases/${reference}`);
  assert.match(await inMain(fellow).innerText(), /Read these names first/);
  assert.doesNotMatch(await inMain(fellow).innerText(), /Points|Messages/);
  await look(fellow, 'asked-to-sit-phone');
  assert.doesNotMatch(await inMain(fellow).innerText(), /cousin/);
  await open(fellow, reference, declare);
  await look(fellow, 'declare-phone');
  await panel.goto(`/cases/${reference}`);
  assert.match(await inMain(panel).innerText(), /There is something to declare: [^]*Not declared yet: [^]*I once taught their cousin/);
  await look(panel, 'declared');
  const hearing = await schoolDayAhead(21);
  await does(clerk, reference, 'Set the hearing date', async (page) => {
    await date(page, 'at', hearing);
    await page.locator('[name="at-time"]').fill('16:00');
    await page.locator('#place').fill('The library');
    await page.getByLabel('Agreed with the family').check();
  }, { told: ['The library'], name: 'hearing' });
  const papers = await deskOf(clerk);
  await papers.goto(`/cases/${reference}`);
  await papers.getByRole('link', { name: 'Add a file' }).click();
  await papers.locator('input[type=file]').setInputFiles({ name: 'The log.pdf', mimeType: 'application/pdf', buffer: PDF });
  await papers.locator('input[name=audience][value=staff]').check();
  await papers.getByRole('button', { name: 'Add the file' }).click();
  await does(clerk, reference, 'Send out the papers', (page) => page.getByLabel('The log.pdf').check(), { told: ['Amira Hassan'], name: 'papers' });
  await parentSees(parent, { where: /papers are out/, who: /clerk/ }, 'parent-hearing');
  await moveClock({ to: `${hearing}T18:00:00Z` });
  await does(clerk, reference, 'Record the hearing', async (page) => {
    await date(page, 'held_on', hearing);
    const present = page.locator('input[name=present]');
    for (let place = 0; place < (await present.count()); place += 1) await present.nth(place).check();
    await page.getByLabel('Yes', { exact: true }).check();
    await page.getByLabel('They came alone').check();
    await page.locator('#minutes').fill('Both sides were heard.');
  }, { told: ['Amira Hassan'], name: 'hearing-record' });
  await does(clerk, reference, 'Record a finding', async (page) => {
    await page.getByLabel(/^Point 2:/).check();
    await page.getByLabel('Upheld', { exact: true }).check();
    await page.locator('#reasons').fill('The log is not enough.');
  });
  await does(clerk, reference, 'Issue the findings', async (page) => {
    await page.locator('#message').fill('The panel upholds point 2.');
    await page.locator('#recommendations').fill('A receipt for every letter.');
  }, { told: ['The panel upholds point 2.'], name: 'findings' });
  await does(clerk, reference, 'Close the case', async (page) => {
    // Heard knows to whom it sent the findings itself, and asks about the others only (R54).
    for (const row of ['complainant', 'proprietor', 'headteacher', 'subject']) {
      const asked = page.locator(`[name="distribution.${row}.sent_on-day"]`);
      if (await asked.count()) await date(page, `distribution.${row}.sent_on`, hearing);
    }
    await page.locator('#action_taken').fill('Receipts from Monday.');
  }, { told: ['Department for Education'], name: 'close' });
  await parentSees(parent, { where: /closed/, who: /Nobody/, newest: /closed/i }, 'parent-closed');
  assert.match(await inMain(parent).innerText(), /Department for Education/, 'the body outside is named (P31, R56)');
  await subjectSeesNothing(reference);
});

async function textOf(locator) {
  return (await locator.textContent()).replace(/\s+/g, ' ').trim();
}

/** The working of a date in the column of dates. */
async function workingOf(page, title) {
  const box = page.locator('.heard-date', { hasText: title }).first();
  return textOf(box.locator('.govuk-details__text'));
}

/** The family takes what is not settled further; its earlier words are there already (P27). */
async function takeFurther(parent, why, wanted) {
  await openMine(parent);
  await parent.locator('.heard-moves a[href$="/escalate"]').first().click();
  await look(parent, 'parent-further');
  const boxes = parent.locator('input[name=points]');
  for (let place = 0; place < (await boxes.count()); place += 1) await boxes.nth(place).check();
  await parent.locator('#why').fill(why);
  await parent.locator('#wanted').fill(wanted);
  const next = parent.locator('input[name=to_stage]');
  if (await next.count()) await next.first().check();
  await pressMain(parent);
  await parent.getByRole('button', { name: 'Take it further' }).click();
  await parent.locator('.govuk-notification-banner--success').waitFor();
}

for (const way of [{ size: 'phone', scripts: 'off' }, { size: 'desk', scripts: 'on' }]) {
  test(`a call is logged in under a minute: ${way.size}, scripts ${way.scripts} (S1)`, async () => {
    const page = await deskOf(holder('school_office'), way);
    await look(page, `home-office-${way.size}`);
    const began = Date.now();
    await page.goto('/cases/new');
    await page.getByLabel('Who spoke to you?').fill('Ngozi Eze');
    await page.getByLabel('How can they be reached?').fill('0117 496 0199');
    await page.getByLabel('Parent', { exact: true }).check();
    await page.getByLabel('Which child is it about? (optional)').fill('Ada Eze');
    await page.getByLabel('Year group or class (optional)').fill('Year 2');
    await page.getByLabel('What did they say?').fill(`The gate was locked at ten past three. ${way.size}`);
    await page.getByLabel('What was agreed? (optional)').fill('The caretaker rings back today.');
    await look(page, `log-${way.size}`);
    await pressMain(page);
    assert.match(await page.title(), /^Error: /, 'the risk must be answered');
    await look(page, `log-refused-${way.size}`);
    assert.equal(await page.getByLabel('Who spoke to you?').inputValue(), 'Ngozi Eze', 'what was typed is kept');
    await page.getByLabel('No', { exact: true }).check();
    await pressMain(page);
    await page.locator('.govuk-notification-banner--success').waitFor();
    assert.ok(Date.now() - began < 60_000, 'under a minute');
    const text = await inMain(page).innerText();
    assert.match(text, /The caretaker rings back today/, 'what was agreed is on the case');
    assert.match(text, /The gate was locked/);
    await look(page, `logged-${way.size}`);
  });
}

test('the list: filters in the address, taken off one by one, and the same rows as a file (S10, S34, G34)', async () => {
  const page = await deskOf(holder('headteacher'), { size: 'phone', scripts: 'off' });
  await page.goto('/cases');
  await look(page, 'list');
  const all = await page.locator('tbody .heard-reference').allInnerTexts();
  assert.ok(all.length >= 2);
  await page.getByLabel('Words or reference').fill('gate');
  await page.getByLabel('Status').selectOption({ label: 'Open' });
  await page.getByRole('button', { name: 'Apply filters' }).click();
  const address = new URL(page.url());
  assert.equal(address.searchParams.get('q'), 'gate');
  assert.equal(address.searchParams.get('state'), 'open');
  const shown = await page.locator('tbody .heard-reference').allInnerTexts();
  assert.ok(shown.length >= 2 && (await page.locator('.heard-filter__tag').count()) === 2);
  await look(page, 'list-filtered');
  const file = await page.request.get(await page.getByRole('link', { name: 'Download these cases (CSV)' }).getAttribute('href'));
  const text = await file.text();
  assert.ok(text.startsWith('\ufeffReference,'), 'UTF-8 with its mark, and a head');
  assert.deepEqual(text.trim().split(/\r?\n/).slice(1).map((line) => line.split(',')[0]), shown, 'the file has what is shown');
  await page.locator('.heard-filter__tag').first().click();
  assert.equal(await page.locator('.heard-filter__tag').count(), 1);
  await page.goto('/cases?q=nothing+fits+this');
  assert.match(await inMain(page).innerText(), /No case fits these filters/);
  await look(page, 'list-empty');
});

test('a form that came too late keeps what was typed and shows both versions (S9)', async () => {
  const head = holder('headteacher');
  const first = await deskOf(head, { size: 'phone', scripts: 'off' });
  const { body } = await fromApi('/cases?q=gate&limit=1');
  const { reference } = body.items[0];
  await first.goto(`/cases/${reference}/actions/assign`);
  await first.locator('input[name=handler], select[name=handler] option').first().waitFor({ state: 'attached' });
  const choice = first.locator('input[name=handler]');
  if (await choice.count()) await choice.first().check();
  else await first.locator('select[name=handler]').selectOption({ index: 1 });
  await first.locator('#reason').fill('My words must not be lost');
  const second = await deskOf(head);
  await second.goto(`/cases/${reference}`);
  await second.getByRole('button', { name: 'Add an internal note' }).click();
  await second.locator('#words').fill('Somebody else was faster');
  await pressMain(second);
  await second.locator('.govuk-notification-banner--success').waitFor();
  await pressMain(first);
  await heading(first, 'You changed this case yourself meanwhile, in another tab or window');
  const text = await inMain(first).innerText();
  assert.match(text, /Somebody else was faster/);
  assert.match(text, /My words must not be lost/);
  await look(first, 'stale');
});

test('pages for nobody, and moves that cannot be made now, say so in words (S4, P40)', async () => {
  const page = await deskOf(holder('headteacher'));
  const missing = await page.goto('/no-such-page');
  assert.equal(missing.status(), 404);
  await heading(page, 'Page not found');
  await look(page, 'not-found');
  const { body } = await fromApi('/cases?q=gate&limit=1');
  await page.goto(`/cases/${body.items[0].reference}/actions/appoint_panel`);
  await heading(page, 'Not now: Appoint the panel');
  await look(page, 'not-now');
});

test('the first page of the demo says where to begin, and a click signs in', async () => {
  for (const way of [{ size: 'phone', scripts: 'off' }, { size: 'desk', scripts: 'on' }]) {
    const seen = await visit(browser, base, way);
    try {
      await seen.page.goto('/');
      await heading(seen.page, 'Try Heard');
      await look(seen.page, `demo-${way.size}`);
      await seen.page.getByRole('button', { name: /headteacher$/ }).click();
      await heading(seen.page, 'Your cases');
    } finally {
      await seen.close();
    }
  }
});
