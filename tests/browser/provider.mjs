// A real OpenID Connect provider (npm oidc-provider), for the tests of signing in with an account. It asks nobody for a
// password: `POST /control` says whose account the next visitor has and how they proved it (`amr`, `acr`), or that they say
// no. What stands under `forged` takes the place of its claims in the next token, which is signed all the same: what a
// careless provider, or a thief of answers, might send.
//
//   node provider.mjs REDIRECT_URI      prints {"issuer": …} when it listens, and ends with its standard input

import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [, , back] = process.argv;
const accounts = new Map();
let visitor = { refuses: true };

const server = createServer();
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const provider = new Provider(issuer, {
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'of-the-tests', alg: 'RS256', use: 'sig' }] },
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
  claims: { openid: ['sub', 'xms_edov', 'acr', 'amr'], email: ['email', 'email_verified'] },
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

/** The token with other claims, signed anew with the provider's own key. */
function forged(token, claims) {
  const [head, payload] = token.split('.');
  const said = { ...JSON.parse(Buffer.from(payload, 'base64url')), ...claims };
  const signed = `${head}.${Buffer.from(JSON.stringify(said)).toString('base64url')}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
}

/** Changes the answer of the token endpoint before it leaves. */
function forging(response) {
  const end = response.end.bind(response);
  response.end = (body) => {
    const answer = JSON.parse(body);
    const text = JSON.stringify({ ...answer, id_token: forged(answer.id_token, visitor.forged) });
    response.setHeader('content-length', Buffer.byteLength(text));
    return end(text);
  };
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
      : { login: { accountId: visitor.sub, amr: visitor.amr, acr: visitor.acr } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  } else {
    if (visitor.forged && request.url === '/token') forging(response);
    callback(request, response);
  }
});

// Whoever reads the first line may close the pipe; the provider has more to say later.
process.stdout.on('error', () => {});
console.log(JSON.stringify({ issuer }));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
