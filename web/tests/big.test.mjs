// What is large, long or goes wrong: a plan of 27 MB, a thousand edits, an engine that dies. In a real browser.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { shared, text } from "./browser.mjs";
import { figure, median } from "./figures.mjs";
import { plan } from "./plan.mjs";

const ROOT = new URL("../../", import.meta.url).pathname;
const OPEN = text("tests/fixtures/failures/018-triggermesh-aud-only/trust-policy.json");
const stage = shared();
let folder, file;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "irsa-lint-"));
  file = join(folder, "plan.json");
  writeFileSync(file, plan());
});
after(() => rmSync(folder, { recursive: true }));

const choose = async (page, path) => {
  await page.locator("summary", { hasText: "Open" }).click();
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Files…" }).click()]);
  await chooser.setFiles(path);
};
/** Writes down the marks of the page and the longest time between two pictures. */
const watch = (page) =>
  page.evaluate(() => {
    globalThis.marks = [];
    new PerformanceObserver((list) => marks.push(...list.getEntries().map(({ name, startTime, detail }) => ({ name, startTime, detail })))).observe({ type: "mark" });
    globalThis.tasks = [0];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
    globalThis.gaps = [];
    let last = performance.now();
    const frame = () => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
const marked = async (page, name) => (await page.evaluate(() => marks)).filter((mark) => mark.name === `irsa-lint:${name}`);

/** Seconds that the command line takes, with all cores and with one. */
function native() {
  const binary = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "release/irsa-lint");
  if (!existsSync(binary)) return undefined;
  const run = (command, ...args) => {
    const started = performance.now();
    spawnSync(command, args);
    return performance.now() - started;
  };
  const times = (...command) => median(Array.from({ length: 5 }, () => run(...command, "check", "--format", "json", file)));
  return { all: times(binary), one: times("taskset", "-c", "0", binary) };
}

test("a plan of 27 MB: progress, an answer of bounded size, and the page never stops", async (t) => {
  const { page, shot, check } = await stage.open();
  await watch(page);
  await choose(page, file);
  await page.locator(".progress progress").waitFor();
  await page.getByText(/^Checking 10,000 roles/).waitFor();
  await shot("progress");
  await page.locator(".glance li").first().waitFor({ timeout: 60_000 });
  assert.equal(await page.locator(".progress").count(), 0);
  const [asked, answered] = [(await marked(page, "asked")).at(-1), (await marked(page, "answered")).at(-1)];
  const [gap, task] = await page.evaluate(() => [Math.max(...gaps), Math.max(...tasks)]);
  const first = answered.startTime - asked.startTime;
  await shot("big-plan");
  assert.equal(await page.locator(".tab .kind").textContent(), "10000 roles");
  await page.getByText("and 9988 more roles").waitFor();
  assert.ok(answered.detail.size < 1_000_000, `the answer has ${answered.detail.size} bytes`);
  // Once more: an engine that has worked before.
  const again = [];
  for (let run = 0; run < 3; run++) {
    const empties = (await marked(page, "answered")).length;
    await page.getByRole("button", { name: "New document" }).click();
    await page.waitForFunction((count) => marks.filter(({ name }) => name === "irsa-lint:answered").length > count, empties, { timeout: 60_000 });
    again.push((await marked(page, "answered")).at(-1).startTime - (await marked(page, "asked")).at(-1).startTime);
  }
  const cli = native();
  const ratio = (time) => (cli ? `, ${(time / cli.all).toFixed(1)} × native with all cores, ${(time / cli.one).toFixed(1)} × with one` : "");
  figure(t, "big_plan_first_ms", first, `27 MB: ${first.toFixed(0)} ms the first time${ratio(first)}`);
  figure(t, "big_plan_ms", median(again), `27 MB: ${median(again).toFixed(0)} ms from then on${ratio(median(again))}`);
  if (cli) figure(t, "native_ms", cli, `native: ${cli.all.toFixed(0)} ms with all cores, ${cli.one.toFixed(0)} ms with one`);
  figure(t, "big_plan_longest_gap_ms", gap, `the longest time between two pictures: ${gap.toFixed(0)} ms`);
  figure(t, "big_plan_longest_task_ms", task, `the longest that the page itself was at work without a break: ${task.toFixed(0)} ms`);
  // 100 ms, and room for a machine that is busy with other things.
  assert.ok(first < 30_000 && gap < 400 && task < 400, "too slow");
  // A finding leads to its place, 20 MB into the line.
  await page.locator(".tab .name").first().click();
  await page.locator(".finding .place").first().click();
  await page.locator(".cm-lintRange").first().waitFor();
  await page.locator(".large").getByText(/kB from \d+\.\d MB on/).waitFor();
  await shot("big-plan-place");
  await check();
});

test("a long analysis is cancelled, and what is edited next is analysed", async () => {
  const { page, paste, shot, check } = await stage.open();
  await paste(OPEN);
  await page.locator(".finding").first().waitFor();
  await choose(page, file);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("The analysis was stopped. Below is the answer from before.").waitFor();
  assert.equal(await page.locator(".progress").count(), 0);
  await shot("cancelled");
  await page.getByRole("button", { name: "Close plan.json" }).click();
  await page.locator(".failure").waitFor({ state: "detached" });
  await paste(text("tests/fixtures/failures/013-provider-aws-star-equals/fixed/role.json"));
  await page.getByText("Nothing to report.").waitFor();
  await check();
});

test("a large text is not pasted into the editor", async () => {
  const { page, paste, check } = await stage.open();
  await paste(plan(1000));
  await page.getByText("analysed whole").waitFor();
  await page.getByText("and 988 more roles").waitFor();
  assert.deepEqual(await page.locator(".tab .title").allTextContents(), ["pasted.json"]);
  assert.equal(await page.locator(".apply").count(), 0);
  await check();
});

test("a thousand edits need no memory", async (t) => {
  const { page, paste, check } = await stage.open();
  await watch(page);
  await paste(OPEN);
  await page.locator(".finding").first().waitFor();
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+End");
  const client = await page.context().newCDPSession(page);
  const measure = async () => {
    await page.evaluate(() => { gaps.length = 0; marks.splice(0, marks.length - 20); });
    await client.send("HeapProfiler.collectGarbage");
    const { usedSize } = await client.send("Runtime.getHeapUsage");
    const { detail } = (await marked(page, "answered")).at(-1);
    return { heap: usedSize, worker: detail.memory, page: detail.atOnce };
  };
  const edit = async (times) => {
    for (let at = 0; at < times / 2; at++) {
      await page.keyboard.press("Space");
      await page.keyboard.press("Backspace");
      if (at % 10 === 9) await page.waitForTimeout(30);
    }
    await page.waitForTimeout(300);
  };
  await edit(200);
  const before = await measure();
  await edit(800);
  const later = await measure();
  const grown = later.heap - before.heap;
  figure(t, "memory", { before, later }, `heap ${(before.heap / 1e6).toFixed(1)} MB, ${(grown / 1e3).toFixed(0)} kB more after 800 edits; engine ${later.worker / 1024} KiB, before ${before.worker / 1024}`);
  assert.ok(grown < 1_000_000, `${grown} bytes more`);
  assert.deepEqual([later.worker, later.page], [before.worker, before.page]);
  await check();
});

test("an engine that dies is replaced, and nothing is lost", async () => {
  const { page, paste, shot, check } = await stage.open();
  await paste(OPEN);
  await page.locator(".finding").first().waitFor();
  // All its memory is taken away: the next question ends in a trap.
  await page.workers()[0].evaluate(async () => {
    const { default: init } = await import(new URL("engine/irsa_lint_wasm.js", location.href));
    const { memory } = await init();
    for (let pages = 32768; pages >= 1; pages >>= 1) try { for (;;) memory.grow(pages); } catch { /* full */ }
  });
  const larger = `${OPEN}${" ".repeat(900_000)}`;
  await paste(larger);
  await page.getByText("The engine stopped; your documents are still here.").waitFor();
  await shot("engine-stopped");
  await paste(OPEN);
  await page.locator(".failure").waitFor({ state: "detached" });
  await page.locator(".finding").first().waitFor();
  await check();
});

test("two hundred mutilated documents one after another: the last answer is that of a fresh page", async () => {
  let seed = 7;
  const random = (below) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below;
  const fixtures = `${ROOT}tests/fixtures/failures/`;
  const texts = readdirSync(fixtures).flatMap((name) => readdirSync(fixtures + name).filter((one) => /role.*\.json$|\.ya?ml$/.test(one)).map((one) => text(`tests/fixtures/failures/${name}/${one}`)));
  const mutilated = () => {
    const [whole, other] = [texts[random(texts.length)], texts[random(texts.length)]];
    const at = random(whole.length);
    return [whole.slice(0, at) + whole.slice(at + random(20)), whole.slice(0, at) + other.slice(random(other.length)), whole.slice(0, at)][random(3)];
  };
  const read = async (page) => [await page.locator(".glance").innerText(), await page.locator("#view").innerText(), await page.locator(".tab .kind").innerText()];
  const fast = await stage.open();
  let last;
  for (let at = 0; at < 200; at++) {
    last = mutilated();
    await fast.paste(last);
  }
  last = OPEN.replace("Allow", "Allow ");
  await fast.paste(last);
  const fresh = await stage.open();
  await fresh.paste(last);
  for (const { page } of [fast, fresh]) {
    await page.locator(".glance").waitFor();
    await page.waitForTimeout(500);
  }
  assert.deepEqual(await read(fast.page), await read(fresh.page));
  await fast.check();
  await fresh.check();
});
