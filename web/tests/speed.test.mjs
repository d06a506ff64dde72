// How quick the page is, in a real browser. The figures are printed; the limits leave room for a machine that is busy with other things.
import assert from "node:assert/strict";
import { test } from "node:test";
import { shared } from "./browser.mjs";
import { figure, median } from "./figures.mjs";

const stage = shared();

const ROOM = 4;
const KEYS = 200;

test("interactive within a second", async (t) => {
  const times = [];
  for (let run = 0; run < 3; run++) {
    const { page, check } = await stage.open();
    await page.locator(".gallery li").first().waitFor();
    times.push(await page.evaluate(() => performance.getEntriesByName("irsa-lint:shown")[0].startTime));
    await check();
  }
  figure(t, "interactive_ms", median(times), `interactive after ${median(times).toFixed(0)} ms (median of 3)`);
  assert.ok(median(times) < 1000 * ROOM);
});

/** A trust policy of about 10 kB whose last statement lets everybody in. */
function policy() {
  const id = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E";
  const statement = (subject) => ({
    Effect: "Allow",
    Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${id}` },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: { StringLike: { [`${id}:sub`]: subject, [`${id}:aud`]: "sts.amazonaws.com" } },
  });
  const named = Array.from({ length: 15 }, (_, at) => statement(`system:serviceaccount:team-${at}:app`));
  return JSON.stringify({ Version: "2012-10-17", Statement: [...named, statement("system:serviceaccount:*:*")] }, null, 2);
}

test("from key press to squiggle", async (t) => {
  const { page, paste, check } = await stage.open();
  const text = policy();
  await paste(text);
  await page.locator(".finding").first().waitFor();
  await page.locator(".cm-content").evaluate((content) => {
    globalThis.times = [];
    globalThis.asked = [];
    globalThis.seen = [];
    let pressed;
    content.addEventListener("keydown", (event) => (pressed = event.timeStamp), { capture: true });
    new PerformanceObserver((list) => {
      for (const mark of list.getEntriesByName("irsa-lint:asked")) if (pressed) asked.push(mark.startTime - pressed);
      if (!list.getEntriesByName("irsa-lint:marked").length) return;
      for (const mark of list.getEntriesByName("irsa-lint:marked")) if (pressed) times.push(mark.startTime - pressed);
      const from = pressed;
      if (from) requestAnimationFrame(() => setTimeout(() => seen.push(performance.now() - from)));
      pressed = undefined;
    }).observe({ type: "mark" });
  });
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+End");
  for (let key = 0; key < KEYS; key++) {
    await page.keyboard.press("Space");
    await page.waitForTimeout(40);
  }
  const { times, asked, seen } = await page.evaluate(() => ({ times, asked, seen }));
  assert.ok(times.length > KEYS / 2, `only ${times.length} answers`);
  const [middle, p99] = [median(times), [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)]];
  const drawn = `drawn by ${median(seen).toFixed(1)} ms; the engine is asked after ${median(asked).toFixed(1)} ms`;
  figure(t, "key_to_squiggle_ms", { median: middle, p99, drawn: median(seen) }, `${(text.length / 1000).toFixed(0)} kB: median ${middle.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms of ${times.length}; ${drawn}`);
  assert.ok(middle < 16 * ROOM && p99 < 50 * ROOM);
  await check();
});
