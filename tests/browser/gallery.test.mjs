// Opens the pattern gallery, and the pages of staff with the cases of the domain's stories, in Chromium and checks what only a browser can: axe's rules, that nothing scrolls
// sideways, that targets are large enough, that colours hold in dark and in forced colours, that the strict content
// security policy stops nothing, and that no other host is asked for anything (P7, P38, P41, S41).
//
// `cargo test --lib -- web::gallery pages_are_written` writes them first. HEARD_SHOTS names the folder for screenshots.

import { createServer } from "node:http";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const gallery = join(tmpdir(), "heard-gallery");
const shots = process.env.HEARD_SHOTS;
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'";
const types = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };

const server = createServer(async (request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  const folder = path.startsWith("/assets/") ? "assets" : path.startsWith("/desk/") ? "desk" : "";
  const file = join(gallery, folder, basename(path));
  try {
    const content = await readFile(file);
    response.writeHead(200, { "content-type": types[extname(file)], "content-security-policy": policy });
    response.end(content);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const base = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({
  executablePath: process.env.HEARD_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
});
const problems = [];

/** Opens pages in one way, each in a tab of its own. */
async function look(pages, name, how) {
  const context = await contextFor(how);
  for (const page of pages) await lookAt(context, page, name, how);
  await context.close();
}

function contextFor(look) {
  return browser.newContext({
    viewport: { width: look.width, height: 900 },
    colorScheme: look.scheme ?? "light",
    forcedColors: look.forced ?? "none",
    javaScriptEnabled: look.script ?? true,
    bypassCSP: false,
  });
}

async function lookAt(context, page, name, look) {
  const tab = await context.newPage();
  const where = `${page} ${name}`;
  tab.on("console", (line) => line.type() === "error" && problems.push(`${where}: console: ${line.text()}`));
  tab.on("pageerror", (error) => problems.push(`${where}: script: ${error}`));
  tab.on("request", (request) => request.url().startsWith(base) || problems.push(`${where}: asked for ${request.url()}`));
  await tab.goto(`${base}/${page}.html`);
  if (look.media) await tab.emulateMedia({ media: look.media });
  if (look.rtl) await tab.evaluate(() => document.documentElement.setAttribute("dir", "rtl"));
  if (shots && (!page.startsWith("desk/") || pictured.includes(name))) {
    await mkdir(shots, { recursive: true });
    await tab.screenshot({ path: join(shots, `${page.replace("/", "-")}-${name}.png`), fullPage: true });
  }
  if (look.script !== false) await measure(tab, where, look);
  await tab.close();
}

async function measure(tab, where, look) {
  const wide = await tab.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= limit) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > limit + 1)
      .map((element) => `${element.tagName}.${element.className}`);
  });
  if (wide.length) problems.push(`${where}: wider than the screen: ${wide.slice(0, 5).join(", ")}`);
  if (look.media === "print") return;

  await tab.evaluate(axe);
  const { violations } = await tab.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  for (const { id, help, nodes } of violations) {
    for (const node of nodes) problems.push(`${where}: ${id}: ${help}: ${node.html.slice(0, 160)} ${node.any.map((check) => check.message).join("; ").slice(0, 200)}`);
  }
  if (!look.script && look.script !== undefined) return;
  if (!(await tab.evaluate(() => document.body.classList.contains("govuk-frontend-supported")))) {
    problems.push(`${where}: the script did not start`);
  }
}

/** The ways in which a picture is kept of every page of staff; of the components it is in all. */
const pictured = ["320-light", "1280-light"];
const looks = {
  "320-light": { width: 320 },
  "320-dark": { width: 320, scheme: "dark" },
  "1280-light": { width: 1280 },
  "1280-dark": { width: 1280, scheme: "dark" },
  "1280-forced": { width: 1280, forced: "active" },
  "320-rtl": { width: 320, rtl: true },
  "320-plain": { width: 320, script: false },
  "1280-print": { width: 1280, media: "print", scheme: "dark" },
};
const desk = (await readdir(join(gallery, "desk"))).filter((name) => name.endsWith(".html")).sort();
if (desk.length < 17) problems.push(`only ${desk.length} pages of staff were written`);
const pages = ["parent", "staff", ...desk.map((name) => `desk/${basename(name, ".html")}`)];
for (const [name, how] of Object.entries(looks)) await look(pages, name, how);

await browser.close();
server.close();
for (const problem of new Set(problems)) console.error(problem);
console.log(problems.length ? `${problems.length} problems` : "The gallery is in order.");
process.exitCode = problems.length ? 1 : 0;
