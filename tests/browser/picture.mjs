// Takes the picture of the README again: `HEARD_BIN=target/release/heard node tests/browser/picture.mjs`.
// The top of a case page, as a headteacher of the demo sees it, into docs/picture.png.

import path from 'node:path';
import { launch, startDemo, visit } from './harness.mjs';

const demo = await startDemo({ cases: 'a year' });
const browser = await launch();
try {
  const base = demo.world.base_url.replace(/\/$/, '');
  const seen = await visit(browser, base);
  const { page } = seen;
  await page.setViewportSize({ width: 1060, height: 800 });
  await page.goto('/');
  await page.getByRole('button', { name: /headteacher$/ }).click();
  await page.goto('/cases?stage=C2&handler=me');
  await page.locator('tbody .heard-reference').first().click();
  await page.getByRole('heading', { name: 'The ladder' }).waitFor();
  const file = path.join(import.meta.dirname, '../../docs/picture.png');
  await page.screenshot({ path: file, fullPage: true, clip: { x: 0, y: 40, width: 1060, height: 900 } });
  console.log(file);
  await seen.close();
} finally {
  await browser.close();
  await demo.stop();
}
