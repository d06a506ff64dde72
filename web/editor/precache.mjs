// Writes the service worker of a built page: what it has to fetch, with the hash of each file. Run by scripts/page when everything stands in the folder
// given.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

const folder = process.argv[2];
const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const all = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
const paths = all.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
const files = Object.fromEntries(paths.filter((path) => path !== "sw.js").sort().map((path) => [path, sha256(readFileSync(join(folder, path)))]));

const source = readFileSync(new URL("src/sw.js", import.meta.url), "utf8");
const version = sha256(JSON.stringify(files) + source).slice(0, 16);
writeFileSync(join(folder, "sw.js"), source.replace("@VERSION@", version).replace("/*@FILES@*/ {}", JSON.stringify(files, null, 1)));
