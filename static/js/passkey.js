// Passkeys: hands the browser what the server asks for, and puts its answer into the form. A browser that knows no
// passkeys, or a page that is not private on its way, shows nothing of them.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** What comes as text in the options, and the browser wants as bytes. */
function unpacked({ publicKey }) {
  const known = (keys = []) => keys.map((key) => ({ ...key, id: bytes(key.id) }));
  const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (publicKey.user) options.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  if (publicKey.excludeCredentials) options.excludeCredentials = known(publicKey.excludeCredentials);
  if (publicKey.allowCredentials) options.allowCredentials = known(publicKey.allowCredentials);
  return { publicKey: options };
}

/** The browser's answer, with bytes as text. */
function packed({ id, rawId, type, response }) {
  const parts = ["attestationObject", "authenticatorData", "clientDataJSON", "signature", "userHandle"];
  const given = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
  return JSON.stringify({ id, rawId: text(rawId), type, response: Object.fromEntries(given) });
}

async function asked(form) {
  if (form.dataset.heardPasskey === "create") {
    return navigator.credentials.create(unpacked(JSON.parse(form.dataset.options)));
  }
  const body = new URLSearchParams({ csrf: form.elements.csrf.value });
  const answer = await fetch(form.dataset.options, { method: "POST", body });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return navigator.credentials.get(unpacked(await answer.json()));
}

export function passkeys() {
  const forms = document.querySelectorAll("form[data-heard-passkey]");
  if (!window.PublicKeyCredential) {
    for (const words of document.querySelectorAll("[data-heard-no-passkeys]")) words.hidden = false;
    return;
  }
  for (const form of forms) {
    form.hidden = false;
    const failed = form.querySelector("[data-heard-failed]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      failed.textContent = "";
      try {
        form.elements.answer.value = packed(await asked(form));
        const shared = document.querySelector("input[name=computer]:checked");
        if (form.elements.computer) form.elements.computer.value = shared ? shared.value : "";
        form.submit();
      } catch {
        failed.textContent = failed.dataset.heardFailed;
      }
    });
  }
}
