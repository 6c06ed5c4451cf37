// Files, end to end, at a phone and at a desk, with scripts and without: a parent adds a PDF and a photo while
// raising a concern, sees them with the answers, and staff find both on the case, told apart from what only staff
// can open, and download them byte for byte (P8, P14, P20, P28, S6, A19).

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { WAYS, assertGoodPage, launch, shot, startDemo, visit } from './harness.mjs';

const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n');
const PHOTO = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('\0\u0010JFIF a photo of a letter')]);
const EXE = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(64)]);

let browser;
let demo;

before(async () => {
  [browser, demo] = [await launch(), await startDemo({ seed: 5 })];
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const upload = (name, buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

/** Presses the button that goes on. */
async function goOn(page) {
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
}

/** Answers every question up to the one about files. */
async function upToFiles(page, slug) {
  await page.goto(`/schools/${slug}/raise`);
  await page.getByLabel('Raise a concern or make a complaint').check();
  await goOn(page);
  await page.locator('input[name=kind][value=concern]').check();
  await goOn(page);
  await page.locator('input[name=about][value=nobody]').check();
  await goOn(page);
  await page.locator('input[name=about_child][value=no]').check();
  await goOn(page);
  await page.locator('textarea[name=what]').fill('The letter about the trip came a day after the trip.');
  await goOn(page);
  await page.locator('input[name=another][value=no]').check();
  await goOn(page);
  await page.locator('input[name=last-month]').fill('11');
  await page.locator('input[name=last-year]').fill('2026');
  await goOn(page);
  await goOn(page);
  await page.locator('input[name=matters][value=none]').check();
  await goOn(page);
}

/** Answers the questions after it, and sends. */
async function sendIt(page, email) {
  await page.locator('input[name=relationship][value=parent]').check();
  await goOn(page);
  await page.locator('input[name=name]').fill('Farah Osman');
  await goOn(page);
  await page.locator('input[name=email]').fill(email);
  await goOn(page);
  await goOn(page);
  const english = page.locator('input[name=language][value=en]');
  if (await english.count()) await english.check();
  else await page.locator('select[name=language]').selectOption('en');
  await goOn(page);
  await goOn(page);
}

async function downloaded(page, name) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
  assert.equal(download.suggestedFilename(), name);
  return readFile(await download.path());
}

function staffAt(slug, role) {
  const holds = (post) => post.role === role && (post.school === slug || !post.school);
  const found = demo.world.people.find((person) => person.posts.some(holds));
  assert.ok(found, `somebody is ${role}`);
  return found;
}

for (const way of WAYS) {
  test(`files come with a concern and go to staff: ${way.name}`, async () => {
    const { slug } = demo.world.schools[0];
    const parent = await visit(browser, demo.world.base_url, way);
    parent.guards.expectStatus(422);
    const page = parent.page;
    await upToFiles(page, slug);
    assert.match(page.url(), /\/raise\/files$/);
    await assertGoodPage(page);

    const field = page.locator('input[type=file]');
    const add = page.getByRole('button', { name: 'Add this file' });
    await field.setInputFiles(upload('letter.pdf', PDF));
    await add.click();
    await page.getByText('letter.pdf').waitFor();
    await field.setInputFiles(upload('holiday.jpg', EXE));
    await add.click();
    await page.getByRole('link', { name: /This is not a PDF or a photo/ }).waitFor();
    assert.ok(await page.getByText('letter.pdf').isVisible(), 'what was added stays when the next is refused');
    await assertGoodPage(page);
    await shot(page, `files-refused-${way.size}-${way.scripts}`);
    await field.setInputFiles(upload('wrong.pdf', Buffer.concat([PDF, Buffer.from('wrong')])));
    await add.click();
    await page.getByRole('link', { name: 'Remove wrong.pdf' }).click();
    await assertGoodPage(page);
    await page.getByRole('button', { name: 'Remove this file' }).click();
    assert.equal(await page.getByText('wrong.pdf').count(), 0);
    // A file that was chosen and not yet added comes along with "Continue".
    await field.setInputFiles(upload('photo.jpg', PHOTO));
    await goOn(page);

    await sendIt(page, `farah.${way.size}.${way.scripts}@osman.example`);
    assert.match(page.url(), /\/raise\/check$/);
    const answers = await page.locator('main').innerText();
    assert.ok(answers.includes('letter.pdf') && answers.includes('photo.jpg'), 'P20: the answers name the files');
    await page.getByRole('button', { name: 'Send your concern' }).click();
    const reference = (await page.locator('.heard-reference').first().innerText()).trim();
    await parent.close();

    await staffFind(reference, slug, way);
  });
}

/** Staff find the files, download them, and add one for staff alone. */
async function staffFind(reference, slug, way) {
  const desk = await visit(browser, demo.world.base_url, way);
  desk.guards.expectStatus(422);
  const page = desk.page;
  const head = staffAt(slug, 'headteacher');
  await page.goto('/sign-in');
  await page.locator('input[name=email]').fill(head.email);
  await page.locator('input[name=password]').fill(head.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.goto(`/cases/${reference}`);
  assert.deepEqual(await downloaded(page, 'letter.pdf'), PDF);
  assert.deepEqual(await downloaded(page, 'photo.jpg'), PHOTO);

  await page.getByRole('link', { name: 'Add a file' }).click();
  await assertGoodPage(page);
  await page.getByRole('button', { name: 'Add the file' }).click();
  await page.getByRole('link', { name: 'Choose who can open it' }).waitFor();
  await assertGoodPage(page);
  await page.locator('input[type=file]').setInputFiles(upload('phone note.pdf', PDF));
  await page.locator('input[name=audience][value=staff]').check();
  await page.getByRole('button', { name: 'Add the file' }).click();
  const inside = page.locator('.heard-form--private').filter({ hasText: 'Only staff can open these' });
  assert.deepEqual(await inside.getByRole('link').allInnerTexts(), ['phone note.pdf']);
  const shared = page.locator('.heard-form--family').filter({ hasText: 'The family can open these too' });
  assert.deepEqual(await shared.getByRole('link').allInnerTexts(), ['letter.pdf', 'photo.jpg']);
  await assertGoodPage(page);
  await shot(page, `files-staff-${way.size}-${way.scripts}`);
  await desk.close();
}
