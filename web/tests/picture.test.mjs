// Who gets in, and the picture of how, as a person sees them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, drop, shared, text, view } from "./browser.mjs";

const stage = shared();

const PAIR = "tests/fixtures/failures/009-external-dns-default-namespace/";
const both = () => [["role.json", text(`${PAIR}role.json`)], ["serviceaccount.yaml", text(`${PAIR}serviceaccount.yaml`)]];

test("an unbroken chain: the set in words first, then the picture, whose boxes lead to their places", async () => {
  const { page, shot, check } = await stage.open();
  await page.locator(".gallery button").first().click();
  await view(page, "Who gets in");
  assert.equal(await page.locator(".whom").first().textContent(), "Exactly default/iam-role-test");
  const svg = page.locator(".chain svg");
  await svg.waitFor();
  assert.equal(await svg.locator(".node").count(), 6);
  assert.equal(await svg.locator(".link.broken").count(), 0);
  // Text is text: whole names, to be selected and found.
  assert.ok((await svg.locator(".node .name").allTextContents()).includes("iam-role-test"));
  await shot("who");
  const account = svg.getByRole("button", { name: /^ServiceAccount: default\/iam-role-test/ });
  await account.click();
  await page.locator(".tab.selected .title", { hasText: "serviceaccount.yaml" }).waitFor();
  await svg.getByRole("button", { name: /^Trust policy/ }).focus();
  await page.keyboard.press("Enter");
  await page.locator(".tab.selected .title", { hasText: "trust-policy.json" }).waitFor();
  await check();
});

test("a broken link is marked, and said in words", async () => {
  const { page, shot, check } = await stage.open();
  await drop(page, both());
  await page.locator(".tab", { hasText: "serviceaccount.yaml" }).waitFor();
  await view(page, "Who gets in");
  await page.locator(".chain .link.broken").first().waitFor();
  assert.ok((await page.locator(".chain .mark.broken text").allTextContents()).every((sign) => sign === "✗"));
  const trouble = page.locator(".troubles li.broken").first();
  assert.match(await trouble.textContent(), /^✗ServiceAccount → Trust policy/);
  assert.match(await page.locator(".chain figcaption").textContent(), /of the chain (is|are) broken/);
  await page.locator(".chain").scrollIntoViewIfNeeded();
  await shot("chain-broken");
  await check();
});

test("the picture in the dark, and in one column where there is little room", async () => {
  for (const [name, options] of [["chain-dark", { colorScheme: "dark" }], ["chain-narrow", { viewport: { width: 420, height: 1500 } }]]) {
    const { page, shot, check } = await stage.open(options);
    await drop(page, both());
    await page.locator(".tab", { hasText: "serviceaccount.yaml" }).waitFor();
    await view(page, "Who gets in");
    await page.locator(".chain svg").waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}: wider than the screen`);
    await page.locator(".chain figcaption").scrollIntoViewIfNeeded();
    await shot(name);
    if (name === "chain-narrow") {
      const xs = await page.locator(".chain .node rect").evaluateAll((boxes) => boxes.map((box) => box.getAttribute("x")));
      assert.equal(new Set(xs).size, 1);
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.waitForFunction(() => new Set([...document.querySelectorAll(".chain .node rect")].map((box) => box.getAttribute("x"))).size > 1);
    }
    await check();
  }
});

test("what Deny takes away and who comes without a web identity are explained", async () => {
  const issuer = "oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E";
  const statement = (effect, subject) => ({
    Effect: effect, Principal: effect === "Deny" ? "*" : { Federated: `arn:aws:iam::111122223333:oidc-provider/${issuer}` },
    Action: "sts:AssumeRoleWithWebIdentity", Condition: { StringLike: { [`${issuer}:sub`]: subject } },
  });
  const policy = {
    Version: "2012-10-17",
    Statement: [
      statement("Allow", "system:serviceaccount:prod:*"),
      statement("Deny", "system:serviceaccount:prod:default"),
      { Effect: "Allow", Principal: { AWS: "arn:aws:iam::444455556666:root", Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
    ],
  };
  const { page, paste, shot, check } = await stage.open();
  await paste(JSON.stringify(policy, null, 2));
  await view(page, "Who gets in");
  await page.locator(".denied li").waitFor();
  assert.equal(await page.locator(".denied li").textContent(), "Statement 2 takes away exactly prod/default");
  assert.match(await page.locator(".others li").first().textContent(), /administrators of account 444455556666/);
  await shot("who-deny");
  await check();
});

test("many roles are folded, and can be searched", async () => {
  const policy = JSON.parse(text("examples/seed/trust-policy.json"));
  const roles = Array.from({ length: 14 }, (_, at) => ({ RoleName: `team-${at}`, Arn: `arn:aws:iam::111122223333:role/team-${at}`, Path: "/", AssumeRolePolicyDocument: policy }));
  const { page, paste, shot, check } = await stage.open();
  await paste(JSON.stringify({ Roles: roles }, null, 1));
  await view(page, "Who gets in");
  await page.locator(".who .folded").nth(13).waitFor();
  await page.getByLabel("Find a role").fill("team-12");
  await page.waitForFunction(() => document.querySelectorAll(".who .folded").length === 1);
  await page.locator(".fold").click();
  await page.locator(".chain svg").waitFor();
  await shot("who-many");
  await check();
});

test("axe finds nothing to object to in the picture, in both themes", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, check } = await stage.open({ colorScheme });
    await drop(page, both());
    await page.locator(".tab", { hasText: "serviceaccount.yaml" }).waitFor();
    await view(page, "Who gets in");
    await page.locator(".chain svg").waitFor();
    await accessible(page, colorScheme);
    await check();
  }
});
