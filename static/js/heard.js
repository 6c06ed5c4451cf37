// Progressive enhancement, nothing more: every page does all of its work without this file.

import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  ExitThisPage,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
  createAll,
} from "govuk-frontend";
import { passkeys } from "./passkey.js";

// The components look for these classes. They are set here, and not by a line of script in the page, because
// the content security policy allows no inline script.
document.body.classList.add("js-enabled", "govuk-frontend-supported");

for (const component of [
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  ExitThisPage,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
]) {
  createAll(component);
}

// A print button can only work with a script, so it is hidden until there is one.
for (const button of document.querySelectorAll("button[data-heard-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A family's page says shortly before it closes that it does. The link in that box opens the page anew beside this one,
// and with it both stay open.
for (const box of document.querySelectorAll("[data-heard-idle-minutes]")) {
  let waiting;
  const wait = () => {
    box.hidden = true;
    clearTimeout(waiting);
    waiting = setTimeout(() => (box.hidden = false), Number(box.dataset.heardIdleMinutes) * 60_000);
  };
  box.querySelector("a").addEventListener("click", wait);
  wait();
}

passkeys();
