// A passkey in a real browser: added on one's own page, signed in with, refused when its owner is not there, removed
// (S40, P34). Chromium's own authenticator stands for the phone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertGoodPage, launch, shot, startServe, visit } from './harness.mjs';

const PASSWORD = 'larkhollow demo 2026';

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

const person = (role) => heard.world.people.find((each) => each.posts.some((post) => post.role === role));

/** A device that is there, and sees its owner's finger. */
async function device(page) {
  const line = await page.context().newCDPSession(page);
  let authenticatorId;
  const send = (what, words = {}) => line.send(`WebAuthn.${what}`, { authenticatorId, ...words });
  const keys = async () => (await send('getCredentials')).credentials;
  const comes = async () => {
    await line.send('WebAuthn.enable');
    const options = {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    };
    ({ authenticatorId } = await line.send('WebAuthn.addVirtualAuthenticator', { options }));
  };
  await comes();
  return {
    keys,
    sees: (isUserVerified) => send('setUserVerified', { isUserVerified }),
    /** Chromium takes the device away when another line to the debugger ends, as after each look at a page. */
    stays: async (during) => {
      const kept = await keys();
      await during();
      await line.send('WebAuthn.disable');
      await comes();
      for (const credential of kept) await send('addCredential', { credential });
    },
  };
}

for (const [size, role] of [['phone', 'class_teacher'], ['desk', 'headteacher']]) {
  test(`a passkey is added, lets its owner in, and is removed: ${size}`, async () => {
    const seen = await visit(browser, heard.base, { size });
    const { page } = seen;
    seen.guards.expectStatus(422);
    const press = (words) => page.getByRole('button', { name: words, exact: true }).press('Enter');
    const heading = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
    const phone = await device(page);
    const look = (name) =>
      phone.stays(async () => {
        await assertGoodPage(page);
        await shot(page, `passkey-${name}-${size}`);
      });

    await page.goto('/sign-in');
    await page.locator('#email').fill(person(role).email);
    await page.locator('#password').fill(PASSWORD);
    await page.locator('#password').press('Enter');
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await page.goto('/account/ways-in');
    await look('none');
    await page.getByRole('button', { name: 'Add a passkey' }).press('Enter');
    await heading('Add a passkey');
    await page.locator('#name').fill('school laptop');
    await press('Continue');
    await page.getByText('This is not your password').first().waitFor();
    await look('refused');
    assert.equal(await page.locator('#name').inputValue(), 'school laptop');
    await page.locator('#current').fill(PASSWORD);
    await press('Continue');
    await heading('Make the passkey');
    await look('make');
    await press('Make the passkey');
    await page.getByText('Your passkey is there').waitFor();
    await page.getByText('school laptop').first().waitFor();
    await look('added');
    const [key] = await phone.keys();
    assert.equal(key.isResidentCredential, true);
    assert.equal(key.rpId, 'localhost');

    await press('Sign out');
    await heading('You are signed out');
    await page.goto('/sign-in?next=%2Faccount');
    await look('sign-in');
    await phone.sees(false);
    await press('Sign in with a passkey');
    await page.getByText('No passkey was used').waitFor();
    await look('not-seen');
    await phone.sees(true);
    await press('Sign in with a passkey');
    await heading('My account');
    await page.getByText('When you signed in').click();
    await page.getByText('with a passkey').first().waitFor();

    await page.goto('/account/ways-in');
    await page.getByText('last used').waitFor();
    await press('Remove the passkey school laptop');
    await page.getByText('That passkey was removed').waitFor();
    await press('Sign out');
    await page.goto('/sign-in');
    await press('Sign in with a passkey');
    await heading('We do not know this passkey');
    await look('unknown');
    await seen.close();
  });
}

test('without scripts no page speaks of a button that could not work', async () => {
  const seen = await visit(browser, heard.base, { size: 'phone', scripts: 'off' });
  await seen.page.goto('/sign-in');
  assert.equal(await seen.page.getByText('passkey').filter({ visible: true }).count(), 0);
  await assertGoodPage(seen.page);
  await seen.close();
});
