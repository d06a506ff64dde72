// Try a token and Why AccessDenied, as a person uses them. Needs target/page (scripts/page --build) and CHROMIUM.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, shared, text } from "./browser.mjs";

const stage = shared();

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
  const opened = await stage.open(options);
  const { page, paste } = opened;
  for (const [number, file] of files.entries()) {
    if (number > 0) await page.getByRole("button", { name: "New document" }).click();
    await paste(file);
  }
  await page.locator(".tab .kind", { hasText: /role|policy|ServiceAccount/ }).last().waitFor();
  await page.getByRole("tab", { name: view }).click();
  return opened;
}
const role = () => text(`${PAIR}role.json`);
const pair = () => [role(), text(`${PAIR}serviceaccount.yaml`)];
/** The line in which the editor's selection begins. */
const selectedLine = (page) =>
  page.locator(".cm-content").evaluate((content) => content.cmTile?.view.state.doc.lineAt(content.cmTile.view.state.selection.main.from).number);

test("fields filled in: the verdict, the trace beside the policy, the way to the statement", async () => {
  const { page, shot, check } = await at("Try a token", [role()], { viewport: { width: 1440, height: 1240 } });
  assert.equal(await page.getByLabel("Issuer").inputValue(), ISSUER);
  assert.equal(await page.getByLabel("Audience (aud)").inputValue(), "sts.amazonaws.com");
  await page.getByText("the verdict stands here").waitFor();
  await page.getByLabel("Namespace").fill("kube-system");
  await page.getByLabel("ServiceAccount").fill("external-dns");
  await page.locator(".verdict.bad").getByText("Does not get in").waitFor();
  assert.match(await page.locator(".nearest").textContent(), /^Nearest miss: the namespace differs: the policy admits default, the token's is kube-system\. /);
  const subject = page.locator(".steps > li.no");
  assert.equal(await subject.count(), 1);
  assert.deepEqual(await subject.locator("mark").allTextContents(), ["default", "kube-system"]);
  assert.equal(await page.locator(".steps > li.yes").count(), 3);
  await shot("token");
  // The statement's line leads to it in the editor.
  await page.locator(".statement .go").click();
  await page.waitForFunction(() => document.querySelector(".editor").shadowRoot.activeElement?.classList.contains("cm-content"));
  assert.equal(await page.locator(".statement .line").textContent(), "line 11");
  assert.equal(await selectedLine(page), 11);
  await page.getByRole("button", { name: "StringEquals sub" }).click();
  assert.equal(await selectedLine(page), 19);
  // What would get in is one click away.
  // The page itself never scrolls on a wide screen: its halves do.
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight), 0);
  await page.locator(".nearest button").click();
  await page.locator(".verdict.good").getByText("Gets in").waitFor();
  assert.equal(await page.getByLabel("Namespace").inputValue(), "default");
  await check();
});

test("an example that gets in, a near miss, other claims, another issuer", async () => {
  const { page, check } = await at("Try a token", [role()]);
  await page.getByRole("button", { name: "an example that gets in" }).click();
  await page.locator(".verdict.good").getByText("Gets in").waitFor();
  assert.equal(await page.locator(".statement.good .outcome").textContent(), "lets it in");
  await page.getByRole("button", { name: "a near miss" }).click();
  await page.locator(".verdict.bad").waitFor();
  assert.equal(await page.getByLabel("ServiceAccount").inputValue(), "external-dns-2");
  // A GitHub token is asked for its subject.
  await page.getByLabel("Issuer").fill("https://token.actions.githubusercontent.com");
  assert.equal(await page.getByLabel("Subject (sub)").getAttribute("placeholder"), "repo:OWNER/REPO:ref:refs/heads/main");
  await page.getByLabel("Subject (sub)").fill("repo:acme/web:ref:refs/heads/main");
  await page.getByText("Nearest miss: the issuer differs").waitFor();
  await page.getByRole("button", { name: "+ another claim" }).click();
  await page.getByLabel("Name of claim 1").fill("repository");
  await page.getByLabel("Value of claim 1").fill("acme/web");
  await page.getByRole("button", { name: "Remove claim 1" }).click();
  assert.equal(await page.getByLabel("Name of claim 1").count(), 0);
  await check();
});

test("what only the request decides is said, and the answer follows the policy", async () => {
  const policy = JSON.parse(role()).Role.AssumeRolePolicyDocument;
  policy.Statement[0].Condition.IpAddress = { "aws:SourceIp": "192.0.2.0/24" };
  const { page, paste, check } = await at("Try a token", [JSON.stringify(policy, null, 2)]);
  await page.getByLabel("Namespace").fill("default");
  await page.getByLabel("ServiceAccount").fill("external-dns");
  await page.locator(".verdict.unsure").getByText("Cannot be known here").waitFor();
  assert.match(await page.locator(".verdict .reason").textContent(), /It depends on aws:SourceIp/);
  policy.Statement.push({ ...policy.Statement[0], Effect: "Deny", Condition: {} });
  await paste(JSON.stringify(policy, null, 2));
  await page.locator(".verdict.bad").getByText("Statement 2 denies it").waitFor();
  await check();
});

test("several roles, each with its verdict", async () => {
  const other = role().replaceAll("acme-example-external-dns", "acme-example-other").replaceAll("default:external-dns", "kube-system:external-dns");
  const { page, check } = await at("Try a token", [role(), other]);
  await page.getByLabel("Namespace").fill("kube-system");
  await page.getByLabel("ServiceAccount").fill("external-dns");
  await page.locator(".roles li").nth(1).waitFor();
  assert.deepEqual(await page.locator(".roles .words").allTextContents(), ["Does not get in", "Gets in"]);
  await page.locator(".verdict.good").waitFor();
  await page.locator(".roles button").first().click();
  await page.locator(".verdict.bad").waitFor();
  await check();
});

test("a pasted token: decoded here, judged, and kept nowhere", async () => {
  const { page, shot, check } = await at("Try a token", [role()], { viewport: { width: 1440, height: 1240 } });
  const sent = [];
  page.on("request", (request) => sent.push(request.url() + (request.postData() ?? "")));
  await page.getByRole("button", { name: "Paste a token" }).click();
  const field = page.locator("#token-jwt");
  const token = jwt({ sub: "system:serviceaccount:default:external-dns" });
  await field.fill(token);
  await page.locator(".verdict.good").getByText("Gets in").waitFor();
  assert.match(await page.locator(".decoded").textContent(), /Subjectsystem:serviceaccount:default:external-dns.*Expires .* in \d+ minutes/);
  await shot("token-jwt");
  // The signature is not even in the field.
  assert.ok((await field.inputValue()).endsWith(".signature-removed"));
  const kept = await page.evaluate(() => JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, document.cookie, history.state, document.documentElement.outerHTML]));
  for (const secret of [SIGNATURE, token.split(".")[1]]) {
    assert.ok(!kept.includes(secret));
    assert.ok(!sent.join().includes(secret));
  }
  assert.deepEqual(await page.evaluate(async () => (await indexedDB.databases()).length), 0);
  // Another view and back: it is still there; cleared, it is gone, and so is what it said.
  await page.getByRole("tab", { name: "Findings" }).click();
  await page.getByRole("tab", { name: "Try a token" }).click();
  assert.notEqual(await field.inputValue(), "");
  await page.getByRole("button", { name: "Clear" }).first().click();
  assert.equal(await field.inputValue(), "");
  await page.getByText("Paste a token: the verdict stands here").waitFor();
  assert.equal(await page.locator(".decoded").count(), 0);
  assert.deepEqual(sent, []);
  await check();
});

test("an expired token, a token of another audience, and what is no token", async () => {
  const { page, check } = await at("Try a token", [role()]);
  await page.getByRole("button", { name: "Paste a token" }).click();
  const field = page.locator("#token-jwt");
  await field.fill(jwt({ sub: "system:serviceaccount:default:external-dns", iat: now - 9000, exp: now - 5400 }));
  await page.locator(".verdict.late").getByText("Would get in, but not now").waitFor();
  assert.match(await page.locator(".verdict .reason").textContent(), /expired .* 90 minutes ago/);
  assert.match(await page.locator(".remarks").textContent(), /get a fresh token/i);
  await field.fill(jwt({ sub: "system:serviceaccount:default:external-dns", aud: ["vault"] }));
  await page.locator(".verdict.bad").waitFor();
  assert.match(await page.locator(".nearest").textContent(), /audience/);
  await field.fill("ghs_abcdefghijklmnopqrst");
  await page.getByText("This is a GitHub access token").waitFor();
  assert.equal(await page.locator(".decoded").count(), 0);
  await check();
});

test("an error text: what it proves, the checklist, the way to the broken link", async () => {
  const { page, shot, check } = await at("Why AccessDenied", pair(), { viewport: { width: 1440, height: 1440 } });
  // Without an error text there is the checklist alone.
  await page.locator(".checklist .broken").getByText("the namespace differs").waitFor();
  assert.equal(await page.locator(".proof").count(), 0);
  await page.getByLabel("Error text").fill(DENIED);
  await page.locator(".proof").getByText("The token is good").waitFor();
  assert.deepEqual(await page.locator(".proof .names").first().locator(".link").allTextContents(), ["Token", "OIDC provider", "Audience"]);
  const titles = await page.locator(".checklist strong").allTextContents();
  assert.deepEqual(titles, ["ServiceAccount", "Annotation", "Role", "OIDC provider", "Statement", "Condition"]);
  assert.equal(await page.locator(".checklist > li.yes").count(), 5);
  assert.match(await page.locator(".checklist .broken .help").textContent(), /write system:serviceaccount:kube-system:external-dns/i);
  await shot("why");
  await page.locator(".checklist .broken .place").click();
  assert.equal(await page.locator(".tab.selected .title").textContent(), "document 1");
  assert.equal(await selectedLine(page), 19);
  await check();
});

test("an error that the documents do not explain says what to paste next", async () => {
  const { page, shot, check } = await at("Why AccessDenied", [role()], { viewport: { width: 1440, height: 1240 } });
  await page.getByRole("button", { name: "Not authorized" }).click();
  await page.locator(".broken").getByText("These documents do not show the cause").waitFor();
  assert.ok(!(await page.locator("section.why").textContent()).includes("--token"));
  await shot("why-next");
  await page.locator(".next li", { hasText: "The ServiceAccount" }).getByRole("button").click();
  assert.deepEqual(await page.locator(".tab .title").allTextContents(), ["document 1", "serviceaccount.yaml"]);
  // The question is still there, and the document that was asked for answers it.
  assert.equal(await page.getByLabel("Error text").inputValue(), DENIED);
  await check();
});

test("starting over forgets what was filled in", async () => {
  const { page, paste, check } = await at("Why AccessDenied", [role()]);
  await page.getByLabel("Error text").fill(DENIED);
  await page.getByText("I have the token that was sent").click();
  await page.locator("#why-jwt").fill(jwt({ sub: "system:serviceaccount:kube-system:external-dns" }));
  await page.locator(".checklist .broken").getByText("the namespace differs").waitFor();
  await page.getByRole("button", { name: "Start over" }).click();
  await page.locator(".gallery").waitFor();
  await paste(role());
  await page.getByRole("tab", { name: "Why AccessDenied" }).click();
  assert.equal(await page.getByLabel("Error text").inputValue(), "");
  assert.equal(await page.locator("#why-jwt").inputValue(), "");
  await check();
});

test("several ServiceAccounts are a choice", async () => {
  const account = (namespace) => text(`${PAIR}serviceaccount.yaml`).replace("kube-system", namespace);
  const { page, check } = await at("Why AccessDenied", [role(), account("kube-system"), account("default")]);
  await page.locator("#why-account").selectOption("kube-system/external-dns");
  await page.locator(".checklist .broken").getByText("the namespace differs").waitFor();
  await page.locator("#why-account").selectOption("default/external-dns");
  await page.locator(".checklist .broken").waitFor({ state: "detached" });
  await check();
});

test("no role yet: it says what to paste first", async () => {
  const { page, check } = await at("Try a token", [text(`${PAIR}serviceaccount.yaml`)]);
  await page.getByText("Paste a trust policy on the left first").waitFor();
  await check();
});

test("nothing jumps when the answer comes, and narrow screens hold it", async () => {
  const box = (page) => page.locator(".verdict").evaluate((box) => [box.offsetTop, box.offsetHeight]);
  const fill = async (page) => {
    await page.getByLabel("Namespace").fill("kube-system");
    await page.getByLabel("ServiceAccount").fill("external-dns");
    await page.locator(".verdict.bad").waitFor();
  };
  const wide = await at("Try a token", [role()]);
  const before = await box(wide.page);
  await fill(wide.page);
  assert.deepEqual(await box(wide.page), before);
  await wide.check();
  const { page, shot, check } = await at("Try a token", [role()], { viewport: { width: 420, height: 860 } });
  const [top] = await box(page);
  await fill(page);
  assert.equal((await box(page))[0], top);
  await page.locator(".verdict").scrollIntoViewIfNeeded();
  await shot("token-narrow");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.getByRole("tab", { name: "Why AccessDenied" }).click();
  await page.getByRole("button", { name: "Not authorized" }).click();
  await page.locator(".next").waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await check();
});

test("axe finds nothing to object to in either view, in both themes", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, shot, check } = await at("Try a token", pair(), { colorScheme });
    const violations = (where) => accessible(page, `${colorScheme}, ${where}`);
    await page.locator(".verdict.bad").waitFor();
    await page.getByRole("button", { name: "+ another claim" }).click();
    await violations("fields");
    if (colorScheme === "dark") await shot("token-dark");
    await page.getByRole("button", { name: "Paste a token" }).click();
    await page.locator("#token-jwt").fill(jwt({ sub: "system:serviceaccount:default:external-dns", exp: now - 5400, iat: now - 9000 }));
    await page.locator(".verdict.late").waitFor();
    await violations("token");
    await page.getByRole("tab", { name: "Why AccessDenied" }).click();
    await page.getByLabel("Error text").fill(DENIED);
    await page.locator(".proof").waitFor();
    await violations("why");
    if (colorScheme === "dark") await shot("why-dark");
    await page.getByRole("button", { name: "The node's role" }).click();
    await page.locator(".next").waitFor();
    await violations("next");
    await check();
  }
});

test("an error text alone, on the empty page", async () => {
  const { page, shot, check } = await stage.open();
  await page.getByRole("button", { name: "See what it proves" }).click();
  await page.getByText("the checklist stands here").waitFor();
  await page.getByRole("button", { name: "No OpenIDConnect provider" }).click();
  await page.locator(".checklist .broken").getByText("has no OIDC provider").waitFor();
  await page.getByRole("button", { name: "Not authorized" }).click();
  assert.deepEqual(await page.locator(".next li span").allTextContents(), ["The role", "The ServiceAccount"]);
  await shot("why-alone");
  await page.getByRole("tab", { name: "Findings" }).click();
  await page.locator(".gallery").waitFor();
  await check();
});
