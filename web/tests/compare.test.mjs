// Before and after, as a reviewer of a change to a trust policy uses it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, shared, text, view } from "./browser.mjs";

const stage = shared();

const NARROW = text("web/editor/compare/before.json");
const WIDE = text("web/editor/compare/after.json");

test("an empty comparison says what it is for, and its example shows who is newly admitted", async () => {
  const { page, paste, shot, check } = await stage.open();
  await paste(NARROW);
  await view(page, "Compare");
  await page.getByText("Reviewing a change to a trust policy?").waitFor();
  await shot("compare-empty");
  await page.getByRole("button", { name: "Try an example" }).click();
  const change = page.locator(".change.wider");
  await change.waitFor();
  assert.match(await change.locator(".direction").textContent(), /Newly admitted/);
  assert.match(await change.locator(".grant").textContent(), /system:serviceaccount:billing:invoice-/);
  assert.match(await change.locator(".tried").textContent(), /tried in both: refused before, let in after/);
  await shot("compare");
  await page.getByRole("button", { name: "Swap" }).click();
  await page.locator(".change.narrower").waitFor();
  assert.match(await page.locator(".direction").textContent(), /Nobody new gets in/);
  assert.match(await page.locator(".cm-content").textContent(), /invoice-writer/);
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByText("Reviewing a change to a trust policy?").waitFor();
  await check();
});

test("what was kept is compared with every edit", async () => {
  const { page, paste, check } = await stage.open();
  await paste(NARROW);
  await view(page, "Compare");
  await page.getByRole("button", { name: "Keep these documents as" }).click();
  await page.locator(".change.same").waitFor();
  assert.match(await page.locator(".direction").textContent(), /the same callers get in/);
  await paste(WIDE);
  await page.locator(".change.wider").waitFor();
  // It stays while the other questions are looked at.
  await view(page, "Findings");
  await view(page, "Compare");
  await page.locator(".change.wider").waitFor();
  await paste(NARROW);
  await page.locator(".change.same").waitFor();
  await check();
});

test("two open documents with a role each: one is before, the other after", async () => {
  const { page, paste, check } = await stage.open();
  await paste(NARROW);
  await page.getByRole("button", { name: "New document" }).click();
  await paste(WIDE);
  await view(page, "Compare");
  await page.getByRole("button", { name: "‘document 1’ is before, ‘document 2’ is after" }).click();
  await page.locator(".change.wider").waitFor();
  await page.getByRole("button", { name: "Swap" }).click();
  await page.locator(".change.narrower").waitFor();
  assert.deepEqual(await page.locator(".state .what").allTextContents(), ["document 2", "document 1"]);
  await check();
});

test("the earlier state from files", async () => {
  const { page, paste, check } = await stage.open();
  await paste(WIDE);
  await view(page, "Compare");
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Open the ‘before’…" }).click();
  await (await chooser).setFiles({ name: "old.json", mimeType: "application/json", buffer: Buffer.from(NARROW) });
  await page.locator(".change.wider").waitFor();
  assert.match(await page.locator(".state .what").first().textContent(), /^old\.json/);
  await check();
});

test("principals without a web identity count, and are explained", async () => {
  const { page, paste, shot, check } = await stage.open();
  await paste(NARROW);
  await view(page, "Compare");
  await page.getByRole("button", { name: "Keep these documents as" }).click();
  const policy = JSON.parse(NARROW);
  policy.Statement.push({ Effect: "Allow", Principal: { AWS: "arn:aws:iam::444455556666:root" }, Action: "sts:AssumeRole" });
  await paste(JSON.stringify(policy, null, 2));
  await page.locator(".change.wider .others").waitFor();
  assert.match(await page.locator(".change .others").textContent(), /administrators of account 444455556666/);
  await shot("compare-principal");
  await check();
});

test("axe finds nothing to object to, in both themes", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, paste, shot, check } = await stage.open({ colorScheme });
    const violations = (where) => accessible(page, `${colorScheme}, ${where}`);
    await paste(NARROW);
    await view(page, "Compare");
    await page.locator(".ways").waitFor();
    await violations("nothing to compare");
    await page.getByRole("button", { name: "Try an example" }).click();
    await page.locator(".change").waitFor();
    await violations("compared");
    await shot(`compare-${colorScheme}`);
    await check();
  }
});
