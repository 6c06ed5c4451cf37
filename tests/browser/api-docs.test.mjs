// The API's page as somebody meets it who writes a program: on a phone and at a desk, with scripts and without (S41).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WAYS, assertGoodPage, launch, shot, startDemo, visit } from './harness.mjs';

let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), startDemo()]);
});
after(async () => {
  await browser.close();
  await demo.stop();
});

for (const way of WAYS) {
  test(`the API's page: ${way.name}`, async () => {
    const tab = await visit(browser, demo.world.base_url, way);
    await tab.page.goto('/api/v1/docs');
    await assertGoodPage(tab.page);
    await tab.page.getByRole('link', { name: 'Raise a concern' }).press('Enter');
    const heading = tab.page.getByRole('heading', { name: 'Raise a concern' });
    assert.ok(await heading.isVisible());
    assert.match(tab.page.url(), /#post-/);
    if (way.scripts === 'on') await shot(tab.page, `api-docs-${way.size}`);
    await tab.close();
  });
}
