// What the page finds is what the command line finds, byte for byte, for every fixture of the repository. Needs the binary.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cli, documents, folders, names } from "../../wasm/tests/fixtures.mjs";
import { shared } from "./browser.mjs";

const stage = shared();

test("the page's diagnostics are the command line's, for every fixture", async (t) => {
  const all = folders();
  const { page, check } = await stage.open();
  // The page's own worker, told what the page would tell it.
  const found = await page.evaluate(async (cases) => {
    const worker = new Worker("worker.js", { type: "module" });
    const module = await WebAssembly.compileStreaming(fetch("engine/irsa_lint_wasm_bg.wasm"));
    worker.postMessage({ module });
    const answers = [];
    for (const [edition, documents] of cases.entries()) {
      const changed = documents.map(({ text }, at) => [`${edition} ${at}`, text]);
      const names = documents.map(({ path }, at) => [`${edition} ${at}`, path]);
      const answered = new Promise((resolve) => {
        worker.onmessage = ({ data }) => { if (data.answer ?? data.failed) resolve(data); };
      });
      worker.postMessage({ edition, names, changed });
      const { answer, failed } = await answered;
      answers.push(failed ?? JSON.stringify(JSON.parse(answer).check.diagnostics));
    }
    return answers;
  }, all.map(documents));
  await check();
  let total = 0;
  for (const [at, folder] of all.entries()) {
    const { diagnostics } = JSON.parse(cli(folder, "check", ...names(folder)));
    assert.equal(found[at], JSON.stringify(diagnostics), folder);
    total += diagnostics.length;
  }
  t.diagnostic(`${all.length} sets of documents, ${total} findings`);
  assert.ok(all.length > 200 && total > 150, `${all.length} sets, ${total} findings`);
});
