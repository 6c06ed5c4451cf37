// Signing in with an account of a provider, from the link on the page to the case list and back to the page on which it is
// disconnected: against a real provider of accounts that runs beside (provider.mjs). S40, P34, P40.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { assertGoodPage, launch, shot, startServe, visit } from './harness.mjs';

let browser;
let heard;
let provider;
before(async () => {
  browser = await launch();
  heard = await startServe({
    config: async (base) => {
      provider = await startProvider(`${base}/sign-in/back/rowan`);
      return `[[provider]]
key = "rowan"
name = "Rowan"
issuer = "${provider.issuer}"
client_id = "heard"
client_secret = "the secret of the tests"
`;
    },
  });
});
after(async () => {
  await browser?.close();
  provider?.stop();
  await heard?.stop();
});

async function startProvider(back) {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'provider.mjs'), back], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { issuer } = JSON.parse(line);
  const told = (what) => fetch(`${issuer}/control`, { method: 'POST', body: JSON.stringify(what) });
  return { issuer, told, stop: () => child.kill() };
}

const person = (role) => heard.world.people.find((each) => each.posts.some((post) => post.role === role));

for (const [size, scripts, role] of [['phone', 'off', 'class_teacher'], ['desk', 'on', 'headteacher']]) {
  test(`with an account of a provider, and back: ${size}, scripts ${scripts}`, async () => {
    const seen = await visit(browser, heard.base, { size, scripts });
    const { page } = seen;
    seen.guards.expectStatus(422);
    seen.guards.expectHost(provider.issuer);
    const heading = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
    const look = async (name) => {
      await assertGoodPage(page);
      await shot(page, `provider-${name}-${size}`);
    };
    const goes = async () => {
      await page.goto('/sign-in?next=%2Faccount%2Fways-in');
      await page.getByRole('link', { name: 'Sign in with Rowan' }).press('Enter');
    };

    await provider.told({ refuses: true });
    await goes();
    await heading('You did not sign in with Rowan');
    await look('declined');
    // Whoever is signed in there already is not asked again, so the next visitor is another browser to it.
    await page.context().clearCookies();
    await provider.told({ sub: `stranger-${size}`, claims: { email: 'nobody@elsewhere.example', email_verified: true } });
    await goes();
    await heading('We do not know this account');
    await look('unknown');
    await page.context().clearCookies();
    await provider.told({ sub: `account-${size}`, claims: { email: person(role).email, email_verified: true } });
    await page.goto('/sign-in');
    await look('sign-in');
    await goes();
    await heading('Ways to sign in');
    await page.getByText(person(role).email).first().waitFor();
    await look('connected');

    await page.getByRole('button', { name: 'Disconnect the Rowan account' }).press('Enter');
    await page.getByText('Your account is disconnected').waitFor();
    await page.getByText('No Rowan account is connected').waitFor();
    // A form may lead to no other host, so a page stands in between, which goes on by itself.
    await page.getByRole('button', { name: 'Connect a Rowan account' }).press('Enter');
    await page.getByText('Your account is connected').waitFor();
    assert.equal(new URL(page.url()).pathname, '/account/ways-in');
    await seen.close();
  });
}
