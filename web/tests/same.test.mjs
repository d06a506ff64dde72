// What the page finds is what the command line finds, byte for byte, for every fixture of the repository. Needs the binary.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { launch, open, serve } from "./browser.mjs";

const root = new URL("../../", import.meta.url).pathname;
const binary = `${process.env.CARGO_TARGET_DIR ?? `${root}target`}/debug/irsa-lint`;

function folders() {
  const failures = `${root}tests/fixtures/failures/`;
  const own = readdirSync(failures).flatMap((name) => [failures + name, `${failures}${name}/fixed`]);
  return [`${root}examples/seed`, ...own];
}
function texts(folder) {
  let names = [];
  try {
    names = readdirSync(folder).filter((name) => /\.(json|ya?ml)$/.test(name) && name !== "expect.json").sort();
  } catch {
    // Not every one has a corrected form.
  }
  return names.map((name) => [name, readFileSync(`${folder}/${name}`, "utf8")]);
}

test("the page's diagnostics are the command line's, for every fixture", async (t) => {
  const cases = folders().map((folder) => ({ folder, documents: texts(folder) })).filter(({ documents }) => documents.length);
  const [browser, server] = [await launch(), await serve()];
  t.after(async () => {
    await browser.close();
    server.close();
  });
  const { page, check } = await open(browser, server.url);
  // The page's own worker, told what the page would tell it.
  const found = await page.evaluate(async (cases) => {
    const worker = new Worker("worker.js", { type: "module" });
    const module = await WebAssembly.compileStreaming(fetch("engine/irsa_lint_wasm_bg.wasm"));
    worker.postMessage({ module });
    const answers = [];
    for (const [edition, documents] of cases.entries()) {
      const changed = documents.map(([, text], at) => [`${edition} ${at}`, text]);
      const names = documents.map(([name], at) => [`${edition} ${at}`, name]);
      const answered = new Promise((resolve) => {
        worker.onmessage = ({ data }) => { if (data.answer ?? data.failed) resolve(data); };
      });
      worker.postMessage({ edition, names, changed });
      const { answer, failed } = await answered;
      answers.push(failed ?? JSON.stringify(JSON.parse(answer).check.diagnostics));
    }
    return answers;
  }, cases.map(({ documents }) => documents));
  await check();
  let total = 0;
  for (const [at, { folder, documents }] of cases.entries()) {
    const args = ["check", "--format", "json", ...documents.map(([name]) => name)];
    const { diagnostics } = JSON.parse(spawnSync(binary, args, { cwd: folder, encoding: "utf8" }).stdout);
    assert.equal(found[at], JSON.stringify(diagnostics), folder);
    total += diagnostics.length;
  }
  t.diagnostic(`${cases.length} sets of documents, ${total} findings`);
  assert.ok(cases.length > 200 && total > 150, `${cases.length} sets, ${total} findings`);
});
