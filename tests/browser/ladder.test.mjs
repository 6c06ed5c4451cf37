// The whole ladder by the API alone: what api.md says and the demo's own JSON, nothing else. A family raises a
// concern; it climbs class teacher, headteacher, chair of governors and the formal procedure with its panel, to
// findings and close, by moving the clock. Then timestamps, deadlines and messages are read back.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startDemo } from './harness.mjs';

const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n');

let demo;
let api;
let school;

before(async () => {
  demo = await startDemo({ seed: 7 });
  api = `${demo.world.base_url.replace(/\/$/, '')}/api/v1`;
  school = await schoolWithTheSeedLadder();
});
after(() => demo?.stop());

async function ask(method, address, { token, body, version, key } = {}) {
  const headers = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (version !== undefined) headers['if-match'] = `"${version}"`;
  if (key) headers['idempotency-key'] = key;
  const answer = await fetch(address.startsWith('http') ? address : `${api}${address}`, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null };
}

async function ok(method, address, options) {
  const answer = await ask(method, address, options);
  assert.ok(answer.status < 300, `${method} ${address}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** A school whose ladder has the chair of governors as its third rung. */
async function schoolWithTheSeedLadder() {
  for (const { slug } of demo.world.schools) {
    const procedure = await ok('GET', `/schools/${slug}/procedure`);
    if (procedure.stages.map((stage) => stage.key).join() === 'C1,C2,C3,F1,F2') return slug;
  }
  throw new Error('no school of the demo has the ladder of five stages');
}

function holder(role) {
  const holds = (post) => post.role === role && (post.school === school || !post.school);
  const found = demo.world.people.find((person) => person.posts.some(holds));
  assert.ok(found, `somebody is ${role}`);
  return found;
}

/** Whoever has the case now, by name. */
async function handler(reference) {
  const view = await ok('GET', `/cases/${reference}`, { token: holder('trust_officer').token });
  const name = view.handler.name;
  const person = demo.world.people.find((candidate) => candidate.name === name);
  assert.ok(person, `the handler ${name} is one of the people`);
  return person;
}

/** Does something as somebody, with the version that they see. */
async function act(token, reference, action, body) {
  const seen = await ok('GET', `/cases/${reference}`, { token });
  const options = { token, body, version: seen.version, key: randomUUID() };
  const done = await ok('POST', `/cases/${reference}/actions/${action}`, options);
  const again = await ok('POST', `/cases/${reference}/actions/${action}`, options);
  assert.deepEqual(again, done, `${action} again under the same key gives the first answer (A6)`);
  return done.case;
}

async function moveClock(by) {
  const answer = await fetch(`${demo.world.base_url.replace(/\/$/, '')}/demo/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ by }),
  });
  assert.ok(answer.ok, `the clock moves: ${answer.status}`);
}

/** The link of the newest mail to an address. */
async function mailedLink(address) {
  for (let tries = 0; tries < 100; tries += 1) {
    const names = (await readdir(demo.world.mail_folder)).filter((name) => name.endsWith('.eml')).sort().reverse();
    for (const name of names) {
      const mail = (await readFile(path.join(demo.world.mail_folder, name), 'utf8')).replace(/=\r?\n/g, '');
      const token = mail.match(/\/mine\/([A-Za-z0-9_-]{20,})/)?.[1];
      if (mail.includes(address) && token) return token;
    }
    await new Promise((wake) => setTimeout(wake, 100));
  }
  throw new Error(`no mail to ${address} has a link`);
}

const concern = (email) => ({
  kind: 'concern',
  complainant: { name: 'Amira Hassan', email, relationship: 'parent', preferred_contact: 'email' },
  child: { name: 'Sami Hassan', year_group: 'Year 4' },
  points: [
    { what_happened: 'Sami was left out of the reading group for three weeks.', wanted: 'A place in the group' },
    { what_happened: 'Nobody answered my two letters.', wanted: 'An answer' },
  ],
  already_spoken_to: 'The office, twice',
});

test('a concern climbs the whole ladder and is closed, on record, by the rules', async () => {
  const email = 'amira.hassan@family.example';
  const key = randomUUID();
  const first = await ask('POST', `/schools/${school}/concerns`, { body: concern(email), key });
  assert.equal(first.status, 201, JSON.stringify(first.body));
  const again = await ask('POST', `/schools/${school}/concerns`, { body: concern(email), key });
  assert.deepEqual(again.body, first.body, 'the same key gives the same answer and no second case (G18)');
  const { reference } = first.body;
  assert.equal(first.body.stage.key, 'C1');
  assert.ok(first.body.deadlines.some((deadline) => deadline.rule === 'respond' && deadline.due_on));

  const link = await mailedLink(email);
  // A case token ends after some hours; the mailed link gives a new one as often as it is asked (G27).
  const family = async () => (await ok('POST', '/access', { body: { link_token: link } })).case_token;
  assert.equal((await ask('GET', `/cases/${reference}`)).status, 404, 'without a token nobody learns that it exists');

  // C1, C2, C3: each acknowledges, replies, and the family takes it further.
  for (const stage of ['C1', 'C2', 'C3']) {
    const seen = await ok('GET', `/cases/${reference}`, { token: await family() });
    assert.equal(seen.stage.key, stage);
    let who = await handler(reference).catch(() => null);
    if (!who) {
      const office = holder('complaints_coordinator');
      const { items } = await ok('GET', `/cases/${reference}/actions`, { token: office.token });
      const [choice] = items.find((item) => item.name === 'assign').fields.properties.handler.enum;
      await act(office.token, reference, 'assign', { handler: choice });
      who = await handler(reference);
    }
    await act(who.token, reference, 'acknowledge', { message: 'I have read it and will look into it.' });
    await moveClock('P2D');
    const replied = await act(who.token, reference, 'reply', { message: 'This is what I found.' });
    assert.equal(replied.state, 'replied');
    assert.ok(replied.deadlines.some((deadline) => deadline.rule === 'window' && deadline.due_on));
    const tooFar = await ask('POST', `/cases/${reference}/actions/close`, { token: who.token, body: {}, version: replied.version });
    assert.ok([403, 422].includes(tooFar.status), 'no rung is left out');
    assert.ok(tooFar.body.detail && tooFar.body.code, 'a refusal says why');
    const body = { points: [1, 2], why: 'It still goes on.', wanted: 'A place in the group' };
    if (stage === 'C2') body.to_stage = 'C3';
    await act(await family(), reference, 'escalate', body);
  }

  // F1: whoever decided before does not decide again.
  const formal = await ok('GET', `/cases/${reference}`, { token: await family() });
  assert.equal(formal.stage.key, 'F1');
  const officer = holder('trust_officer').token;
  let decider = await handler(reference).catch(() => null);
  if (!decider) {
    const { items } = await ok('GET', `/cases/${reference}/actions`, { token: officer });
    const [choice] = items.find((item) => item.name === 'assign').fields.properties.handler.enum;
    await act(officer, reference, 'assign', { handler: choice });
    decider = await handler(reference);
  }
  assert.notEqual(decider.name, holder('headteacher').name, 'the headteacher decided C2 (R23)');
  await act(decider.token, reference, 'acknowledge', {
    summary: 'Left out of the reading group; letters not answered.',
    unresolved: 'Both points.',
    wanted: 'A place in the group and an answer.',
  });
  const early = await ok('GET', `/cases/${reference}`, { token: decider.token });
  const unready = await ask('POST', `/cases/${reference}/actions/reply`, {
    token: decider.token,
    version: early.version,
    body: { message: 'x', steps_taken: 'x', actions: 'x' },
  });
  assert.equal(unready.status, 422, 'no formal reply while a point lacks a finding (R19)');
  for (const point of [1, 2]) {
    await act(decider.token, reference, 'record_finding', { point, finding: 'partly_upheld', reasons: 'The lists show it.' });
  }
  await act(decider.token, reference, 'reply', {
    message: 'My findings are below.',
    steps_taken: 'I read the lists and spoke to the teacher.',
    actions: 'A place in the group from Monday.',
  });
  await act(await family(), reference, 'escalate', { points: [1], why: 'Three weeks are lost.', wanted: 'Extra lessons' });

  // F2: the panel.
  const clerk = holder('clerk').token;
  const { items: moves } = await ok('GET', `/cases/${reference}/actions`, { token: clerk });
  const appoint = moves.find((item) => item.name === 'appoint_panel');
  assert.ok(appoint.allowed, appoint.reason);
  const pool = appoint.fields.properties.members.items.enum;
  assert.ok(pool.length >= 3, 'there are enough people who had no part in it');
  await act(clerk, reference, 'appoint_panel', { members: pool, chair: pool[0] });
  const hearing = await schoolDayAhead(14);
  await act(clerk, reference, 'schedule_hearing', { at: `${hearing}T16:00:00`, place: 'The library', basis: 'agreed' });
  const bare = await ok('GET', `/cases/${reference}`, { token: clerk });
  const nothing = await ask('POST', `/cases/${reference}/actions/circulate_papers`, { token: clerk, version: bare.version, body: { documents: [] } });
  assert.equal(nothing.status, 422, 'without papers nothing is sent out');
  const paper = await ok('POST', `/cases/${reference}/documents`, {
    token: clerk,
    version: bare.version,
    body: { name: 'The lists.pdf', content: PDF.toString('base64') },
  });
  await act(clerk, reference, 'circulate_papers', { documents: [paper.no] });
  await moveClockTo(`${hearing}T18:00:00Z`);
  await act(clerk, reference, 'record_hearing', {
    held_on: hearing,
    present: pool,
    complainant: 'attended',
    companion: 'came',
    companion_name: 'Her sister',
    minutes: 'Both sides were heard.',
  });
  await act(clerk, reference, 'record_finding', { point: 1, finding: 'upheld', reasons: 'The school agrees.' });
  await act(clerk, reference, 'issue_findings', { message: 'The panel upholds point 1.', recommendations: 'Extra lessons.' });
  const distribution = ['complainant', 'proprietor', 'headteacher'].map((recipient) => ({ recipient, sent_on: hearing }));
  distribution.push({ recipient: 'subject', not_applicable: 'Nobody was complained about by name' });
  const closed = await act(clerk, reference, 'close', { distribution, action_taken: 'Extra lessons begin.' });
  assert.equal(closed.state, 'closed');
  assert.equal(closed.closed_reason, 'completed');

  // The record.
  const { items: events } = await ok('GET', `/cases/${reference}/events`, { token: officer });
  events.forEach((event, place) => {
    assert.equal(event.seq, place + 1);
    assert.match(event.at, /Z$/);
    assert.match(event.hash, /^[0-9a-f]{64}$/);
  });
  const started = events.filter((event) => event.kind === 'stage_started').map((event) => event.data.stage);
  assert.deepEqual(started, ['C1', 'C2', 'C3', 'F1', 'F2']);
  const { items: deadlines } = await ok('GET', `/cases/${reference}/deadlines`, { token: await family() });
  const windows = deadlines.filter((deadline) => deadline.rule === 'window');
  assert.equal(windows.length, 4);
  assert.ok(deadlines.every((deadline) => !['overdue', 'running', 'due_today'].includes(deadline.standing)));
  const working = await ok('GET', `/cases/${reference}/deadlines/${windows[0].no}/working`, { token: await family() });
  assert.equal(working.counted.length, 10);
  const { items: messages } = await ok('GET', `/cases/${reference}/messages`, { token: await family() });
  assert.ok(messages.length >= 10 && messages.every((message) => message.to_address === email));
  const { items: after } = await ok('GET', `/cases/${reference}/actions`, { token: await family() });
  assert.deepEqual(after.filter((item) => item.allowed).map((item) => item.name), [], 'nothing leads out of closed for the family');
});

async function schoolDayAhead(days) {
  const now = new Date((await newestInstant()) ?? Date.now());
  const from = new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 10);
  const to = new Date(now.getTime() + (days + 40) * 86_400_000).toISOString().slice(0, 10);
  const { days: list } = await ok('GET', `/schools/${school}/calendar?from=${from}&to=${to}`);
  return list.find((day) => day.kind === 'school_day').on;
}

/** What the demo's clock says, by the newest change of a case. */
async function newestInstant() {
  const { items } = await ok('GET', '/cases?sort=changed&state=any&limit=1', { token: holder('trust_officer').token });
  return items[0]?.updated_at;
}

async function moveClockTo(to) {
  const answer = await fetch(`${demo.world.base_url.replace(/\/$/, '')}/demo/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ to }),
  });
  assert.ok(answer.ok, `the clock moves: ${answer.status}`);
}

test('bad input is told at its field, and never breaks anything', async () => {
  const send = (body) => ask('POST', `/schools/${school}/concerns`, { body });
  const base = concern('bad.input@family.example');
  const cases = [
    [{ ...base, kind: 'rant' }, '/kind'],
    [{ ...base, points: [] }, '/points'],
    [{ ...base, points: [{ what_happened: 'a\u0000b' }] }, '/points/0/what_happened'],
    [{ ...base, last_incident_on: '2026-02-31' }, '/last_incident_on'],
    [{ ...base, last_incident_on: '20256-01-01' }, '/last_incident_on'],
    [{ ...base, vexatious: true }, '/vexatious'],
    [{ ...base, points: 'many' }, '/points'],
  ];
  for (const [body, pointer] of cases) {
    const answer = await send(body);
    assert.equal(answer.status, 422, JSON.stringify(answer.body));
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    assert.ok(answer.body.errors.some((error) => error.pointer === pointer), `${pointer} in ${JSON.stringify(answer.body)}`);
  }
  const raw = (body, type = 'application/json') =>
    fetch(`${api}/schools/${school}/concerns`, { method: 'POST', headers: { 'content-type': type }, body });
  assert.equal((await raw('{"kind":')).status, 400);
  assert.equal((await raw('{}', 'text/plain')).status, 415);
  assert.equal((await raw(`{"kind":"${'x'.repeat(10 * 1024 * 1024)}"}`)).status, 413);
  assert.equal((await ask('POST', '/schools/nowhere/concerns', { body: base })).status, 404);
  const odd = { ...base, points: [{ what_happened: `'; DROP TABLE cases; -- <script>alert(1)</script> \u202eabc 👩‍👧 ${'ü'.repeat(5000)}` }] };
  odd.complainant = { ...base.complainant, name: 'نور ✨ <b>', email: 'odd@family.example' };
  assert.equal((await send(odd)).status, 201);
});
