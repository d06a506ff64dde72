// Bundles the parts of the page that are not Rust into editor/dist: the editor, the worker, the look, the examples. The engine lies there already
// (scripts/page puts it there).
import { build } from "esbuild";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";

const here = new URL("./", import.meta.url);
const root = new URL("../../", here);
const dist = new URL("dist/", here);
mkdirSync(dist, { recursive: true });

for (const name of ["parts.js", "sharing.js"]) {
  await build({
    entryPoints: [new URL(`src/${name}`, here).pathname],
    outfile: new URL(name, dist).pathname,
    // Fetched when it is needed.
    external: ["./sharing.js"],
    bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none", logLevel: "warning",
  });
}
await build({
  entryPoints: [new URL("../style/page.css", here).pathname],
  outfile: new URL("page.css", dist).pathname,
  bundle: true, minify: true, logLevel: "warning",
});
for (const name of ["worker.js", "boot.js", "offline.js", "old.js"]) copyFileSync(new URL(`src/${name}`, here), new URL(name, dist));

// The gallery: folders of documents that the tests hold, each with what is to be seen in it.
const folder = (path, title) => {
  const at = new URL(path, root);
  const own = readdirSync(at, { withFileTypes: true }).filter((entry) => entry.isFile() && !/^expect\.json$|\.txt$/.test(entry.name));
  const files = own.map(({ name }) => ({ name, text: readFileSync(new URL(name, at), "utf8") }));
  // What says who gets in comes first.
  files.sort((a, b) => /policy|role|plan/.test(b.name) - /policy|role|plan/.test(a.name));
  return { title, files };
};
const gallery = JSON.parse(readFileSync(new URL("gallery.json", here), "utf8"));
const examples = gallery.map(({ title, folder: path }) => folder(`${path}/`, title));
writeFileSync(new URL("examples.json", dist), JSON.stringify(examples));
