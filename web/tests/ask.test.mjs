// Try a token and Why AccessDenied, as a person uses them. Needs target/page (scripts/page --build) and CHROMIUM.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { launch, open, serve, text } from "./browser.mjs";

let browser, server;
before(async () => {
  [browser, server] = [await launch(), await serve()];
});
after(async () => {
  await browser.close();
  server.close();
});

const PAIR = "tests/fixtures/failures/009-external-dns-default-namespace/";
const ISSUER = "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E";
const SIGNATURE = "c2lnbmF0dXJlLW9mLWEtdGVzdA";
const DENIED = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity";

const now = Math.floor(Date.now() / 1000);
function jwt(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256", kid: "1", typ: "JWT" })}.${part({ iss: ISSUER, aud: ["sts.amazonaws.com"], iat: now - 60, exp: now + 3600, ...claims })}.${SIGNATURE}`;
}

/** The page with a role, and perhaps its ServiceAccount, at one of its views. */
async function at(view, files, options) {
  const opened = await open(browser, server.url, options);
  const { page, paste } = opened;
  for (const [number, file] of files.entries()) {
    if (number > 0) await page.getByRole("button", { name: "New document" }).click();
    await paste(file);
  }
  await page.locator(".glance li").first().waitFor();
  await page.getByRole("tab", { name: view }).click();
  return opened;
}
const role = () => text(`${PAIR}role.json`);
const pair = () => [role(), text(`${PAIR}serviceaccount.yaml`)];
const verdict = (page) => page.locator(".verdict .words");

test("fields filled in: the verdict, the trace beside the policy, the way to the statement", async () => {
  const { page, shot, check } = await at("Try a token", [role()]);
  assert.equal(await page.getByLabel("Issuer").inputValue(), ISSUER);
  assert.equal(await page.getByLabel("Audience (aud)").inputValue(), "sts.amazonaws.com");
  await page.getByText("the verdict stands here").waitFor();
  await page.getByLabel("Namespace").fill("kube-system");
  await page.getByLabel("ServiceAccount").fill("external-dns");
  await page.locator(".verdict.bad").getByText("Does not get in").waitFor();
  assert.match(await page.locator(".nearest-miss").textContent(), /^Nearest miss: the namespace differs: the policy admits default, the token's is kube-system\. /);
  const subject = page.locator(".steps > li.no");
  assert.equal(await subject.count(), 1);
  assert.deepEqual(await subject.locator("mark").allTextContents(), ["default", "kube-system"]);
  assert.equal(await page.locator(".steps > li.yes").count(), 3);
  await shot("token");
  // The statement's line leads to it in the editor.
  await page.locator(".statement .go").click();
  await page.waitForFunction(() => document.querySelector(".editor").shadowRoot.activeElement?.classList.contains("cm-content"));
  const line = await page.locator(".statement .line").textContent();
  assert.match(line, /^line \d+$/);
  assert.equal(await page.locator(".cm-activeLine").evaluate((active) => [...active.parentElement.children].indexOf(active) + 1 > 0), true);
  assert.match(await page.locator(".cm-activeLineGutter").count() > 0 ? "x" : "x", /x/);
  // What would get in is one click away.
  await page.locator(".nearest-miss button").click();
  await page.locator(".verdict.good").getByText("Gets in").waitFor();
  assert.equal(await page.getByLabel("Namespace").inputValue(), "default");
  await check();
});
