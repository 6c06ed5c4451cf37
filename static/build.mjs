// Builds static/dist: one stylesheet, one script, one icon and the licences of what they contain, each under a
// name that carries a hash of its content, so that browsers may keep it for ever. Every file has a .gz twin.
//
// Nothing here reads the clock or the network: the same sources give the same bytes.

import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { compileAsync } from "sass";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "dist");
const fresh = join(here, "dist.new");

// Browsers of the last five years or so; older ones get plain pages, which work without any of this.
const browsers = ["chrome93", "firefox93", "safari15"];

// The libraries place things left and right; Arabic and Urdu pages need start and end, which are the same in English.
// Only names of properties and the two values of text-align change, so the cascade stays as it was.
function mirrored(css) {
  const ends = { left: "start", right: "end" };
  return css
    .replace(/([;{])(margin|padding|border)-(left|right)(?=[-:])/g, (_, before, what, side) => `${before}${what}-inline-${ends[side]}`)
    .replace(/([;{])(left|right):/g, (_, before, side) => `${before}inset-inline-${ends[side]}:`)
    .replace(/([;{])text-align:(left|right)/g, (_, before, side) => `${before}text-align:${ends[side]}`);
}

async function style() {
  const { css } = await compileAsync(join(here, "scss/heard.scss"), {
    loadPaths: [here],
    style: "compressed",
    quietDeps: true,
  });
  // The few icons that MOJ's styles ask for are embedded under hashed names like everything else.
  const { outputFiles } = await build({
    stdin: {
      contents: mirrored(css),
      loader: "css",
      resolveDir: join(here, "node_modules/@ministryofjustice/frontend/moj/assets"),
    },
    bundle: true,
    minify: true,
    write: false,
    outdir: fresh,
    assetNames: "[name]-[hash]",
    loader: { ".svg": "file" },
    target: browsers,
  });
  return outputFiles;
}

async function script() {
  const { outputFiles } = await build({
    entryPoints: [join(here, "js/heard.js")],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    legalComments: "none", // the notices are in the licences file
    target: browsers,
  });
  return outputFiles[0].contents;
}

function hashed(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  return name.replace(/(\.[a-z]+)$/, `-${hash}$1`);
}

async function put(name, content) {
  await writeFile(join(fresh, name), content);
  await writeFile(join(fresh, `${name}.gz`), gzipSync(content, { level: 9 }));
}

await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });

const manifest = {};
const sheets = await style();
for (const { path, contents } of sheets) {
  const name = path.split(/[\\/]/).pop();
  const isSheet = name.endsWith(".css");
  const served = isSheet ? hashed("heard.css", contents) : name;
  manifest[isSheet ? "heard.css" : name.replace(/-[A-Z0-9]+(?=\.)/, "")] = served;
  await put(served, contents);
}
for (const [name, content] of [
  ["heard.js", await script()],
  ["favicon.svg", await readFile(join(here, "favicon.svg"))],
  ["licences.txt", await readFile(join(here, "licences.txt"))],
]) {
  manifest[name] = hashed(name, content);
  await put(manifest[name], content);
}
await writeFile(join(fresh, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

await rm(dist, { recursive: true, force: true });
await rename(fresh, dist);
