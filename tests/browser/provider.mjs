// A real OpenID Connect provider (npm oidc-provider), for the tests of signing in with an account. It asks nobody for a
// password: `POST /control` says whose account the next visitor has, or that they say no.
//
//   node provider.mjs REDIRECT_URI      prints {"issuer": …} when it listens, and ends with its standard input

import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [, , back] = process.argv;
const accounts = new Map();
let visitor = { refuses: true };

const server = createServer();
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'heard',
      client_secret: 'the secret of the tests',
      redirect_uris: [back],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  // The claims of a scope in the token itself, as Microsoft and Google have them.
  conformIdTokenClaims: false,
  claims: { openid: ['sub', 'xms_edov'], email: ['email', 'email_verified'] },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  cookies: { keys: ['a key of the tests'] },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts.get(id) }) }),
  async loadExistingGrant(context) {
    const { client, session } = context.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid email');
    await grant.save();
    return grant;
  },
});

async function body(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return JSON.parse(text);
}

const callback = provider.callback();
server.on('request', async (request, response) => {
  if (request.url === '/control') {
    visitor = await body(request);
    if (visitor.sub) accounts.set(visitor.sub, visitor.claims);
    response.end('{}');
  } else if (request.url.startsWith('/interaction/')) {
    const result = visitor.refuses
      ? { error: 'access_denied', error_description: 'they said no' }
      : { login: { accountId: visitor.sub } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  } else {
    callback(request, response);
  }
});

// Whoever reads the first line may close the pipe; the provider has more to say later.
process.stdout.on('error', () => {});
console.log(JSON.stringify({ issuer }));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
