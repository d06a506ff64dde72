// The page as a person uses it, in a real browser. Needs target/page (scripts/page --build) and CHROMIUM.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, drop, shared, text } from "./browser.mjs";

const stage = shared();

const OPEN = text("tests/fixtures/failures/018-triggermesh-aud-only/trust-policy.json");
const STAR = "tests/fixtures/failures/013-provider-aws-star-equals/";

test("an empty page says what to paste and has examples", async () => {
  const { page, shot, check } = await stage.open();
  await page.getByText("Paste the role’s trust policy on the left").waitFor();
  assert.ok((await page.locator(".gallery li").count()) >= 12);
  assert.equal(await page.locator(".gallery li").first().locator("span").first().textContent(), "The article that everybody follows");
  await shot("empty");
  await check();
});

test("a pasted policy: the sentence, the finding, the squiggle, the rule", async () => {
  const { page, paste, shot, check } = await stage.open();
  await paste(OPEN);
  const sentence = page.locator(".glance li").first();
  await sentence.waitFor();
  assert.match(await sentence.textContent(), /^Anyone who can create a ServiceAccount in any namespace of cluster …[0-9A-F]{4} can assume this role\.$/);
  assert.match(await sentence.getAttribute("class"), /error/);
  const finding = page.locator(".finding.error").first();
  assert.match(await finding.locator(".witness").textContent(), /Lets in.*system:serviceaccount:/);
  assert.equal(await finding.locator(".rule").textContent(), "any-service-account");
  assert.ok((await page.locator(".cm-lintRange-error").count()) > 0);
  assert.equal(await page.locator(".tab .kind").textContent(), "trust policy");
  await page.locator(".cm-lintRange-error").first().hover();
  await page.locator(".cm-tooltip-lint").getByText("can assume").waitFor();
  await shot("pasted");
  await page.mouse.move(1200, 850);
  await finding.locator(".rule").click();
  await page.getByRole("heading", { name: "Why is this bad?" }).waitFor();
  await shot("rule");
  assert.ok((await page.locator(".cm-line").count()) > 10);
  await page.keyboard.press("Escape");
  await page.locator(".rule-page").waitFor({ state: "detached" });
  await check();
});

test("a click mends it, and one undo takes the change back", async () => {
  const { page, paste, shot, check } = await stage.open();
  await paste(text(`${STAR}role.json`));
  const finding = page.locator(".finding", { hasText: "literal-wildcard" });
  await finding.waitFor();
  await shot("fix");
  assert.ok((await finding.locator("ins").count()) > 0);
  await finding.locator(".apply").click();
  await finding.waitFor({ state: "detached" });
  await page.locator(".cm-content").getByText("StringLike").waitFor();
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+Z");
  await finding.waitFor();
  await check();
});

test("a ServiceAccount beside the role: does its pod get in?", async () => {
  const { page, paste, shot, check } = await stage.open();
  await paste(text("tests/fixtures/failures/009-external-dns-default-namespace/role.json"));
  await page.getByRole("button", { name: "New document" }).click();
  await paste(text("tests/fixtures/failures/009-external-dns-default-namespace/serviceaccount.yaml"));
  await page.locator(".glance li", { hasText: "do not get in" }).waitFor();
  assert.deepEqual(await page.locator(".tab .kind").allTextContents(), ["role", "ServiceAccount"]);
  await shot("pair");
  // A place in the other document leads there.
  await page.locator(".place", { hasText: "document 1" }).first().click();
  assert.equal(await page.locator(".tab.selected .title").textContent(), "document 1");
  await check();
});

test("an example opens with one click, and Start over empties the page", async () => {
  const { page, shot, check } = await stage.open();
  await page.locator(".gallery button").first().click();
  await page.locator(".glance li", { hasText: "lets pods of ServiceAccount" }).first().waitFor();
  assert.equal(await page.locator(".tab").count(), 3);
  await shot("example");
  await page.getByRole("button", { name: "Start over" }).click();
  await page.locator(".gallery").waitFor();
  assert.equal(await page.locator(".tab").count(), 1);
  await check();
});

test("nothing to report, nothing recognised and cannot be read are three different answers", async () => {
  const { page, paste, shot, check } = await stage.open();
  await paste(text(`${STAR}fixed/role.json`));
  await page.getByText("Nothing to report.").waitFor();
  await shot("clean");
  await paste("just: some\nother: text\n");
  await page.getByText("Nothing recognised.").waitFor();
  await paste('{ "Version": "2012-10-17", "Statement": [ { "Effect": "Allow" ');
  await page.getByText("Something could not be read").waitFor();
  assert.ok((await page.locator(".cm-lintRange-error").count()) > 0);
  await check();
});

test("files are opened by dropping them", async () => {
  const { page, check } = await stage.open();
  await drop(page, [["my policy.json", OPEN]]);
  await page.locator(".finding.error").first().waitFor();
  assert.deepEqual(await page.locator(".tab .title").allTextContents(), ["my policy.json"]);
  await check();
});

test("dark and narrow", async () => {
  for (const [name, options] of [["dark", { colorScheme: "dark" }], ["narrow", { viewport: { width: 420, height: 860 } }]]) {
    const { page, paste, shot, check } = await stage.open(options);
    await paste(OPEN);
    await page.locator(".glance li").first().waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}: wider than the screen`);
    await shot(name);
    await check();
  }
});

test("axe finds nothing to object to, in both themes", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, paste, check } = await stage.open({ colorScheme });
    const violations = (where) => accessible(page, `${colorScheme}, ${where}`);
    await page.locator(".gallery li").first().waitFor();
    await violations("empty");
    await paste(text(`${STAR}role.json`));
    await page.locator(".finding").first().waitFor();
    await violations("findings");
    await page.locator(".finding .rule").first().click();
    await page.locator(".rule-page").waitFor();
    await violations("rule");
    await check();
  }
});
