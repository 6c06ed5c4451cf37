// A whole staff from a spreadsheet of Windows: sent, looked at, put right in part, confirmed (S40, P10, P34). On a phone
// without scripts, and at a desk with them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertGoodPage, launch, shot, startServe, visit } from './harness.mjs';

let browser;
let heard;
before(async () => {
  [browser, heard] = await Promise.all([launch(), startServe()]);
});
after(async () => {
  try {
    await browser?.close();
  } finally {
    await heard?.stop();
  }
});

for (const { size, scripts } of [{ size: 'phone', scripts: 'off' }, { size: 'desk', scripts: 'on' }]) {
  test(`a staff is taken on from a list: ${size}, scripts ${scripts}`, async () => {
    const seen = await visit(browser, heard.base, { size, scripts });
    const { page } = seen;
    const press = (words) => page.getByRole('button', { name: words, exact: true }).press('Enter');
    const heading = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
    const look = async (name) => {
      await assertGoodPage(page);
      await shot(page, `staff-list-${name}-${size}`);
    };
    const { email } = heard.world.people.find((each) => each.posts.some((post) => post.role === 'administrator'));
    await page.goto('/sign-in');
    await page.locator('#email').fill(email);
    await page.locator('#password').fill('larkhollow demo 2026');
    await page.locator('#password').press('Enter');
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await page.goto('/people');
    await page.getByRole('link', { name: 'Add a whole staff from a spreadsheet' }).press('Enter');
    await heading('Add a whole staff');
    await look('send');
    const rows = [
      'name;email;post;school',
      `Ana Lima;ana.${size}@hazel-lane.example;Class teacher;hazel-lane`,
      `Ruth Bell;ruth.${size};governor;hazel-lane`,
      `Zo\u00eb Hall;zoe.${size}@hazel-lane.example;Governor;hazel-lane`,
    ];
    await page.locator('#file').setInputFiles({
      name: 'staff.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`${rows.join('\r\n')}\r\n`, 'latin1'),
    });
    await press('Look at the list');
    await heading('Check the list');
    await page.getByText('2 people will be added').waitFor();
    await page.getByRole('rowheader', { name: 'Zo\u00eb Hall' }).waitFor();
    await look('check');
    const box = page.locator('#rows');
    await box.fill((await box.inputValue()).replace(`ruth.${size}`, `ruth.${size}@hazel-lane.example`));
    await press('Look at these rows again');
    await page.getByText('3 people will be added').waitFor();
    await press('Confirm and send the mails');
    await heading('The list was taken on');
    await look('done');
    assert.equal(await page.getByText('Added: a mail with a link is on its way').count(), 3);
    await page.goto('/people');
    await page.getByText('Ruth Bell').first().waitFor();
    await seen.close();
  });
}
