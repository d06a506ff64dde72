// What comes and goes: links, storage, files and folders, exports, without a network, by keyboard. Needs target/page and CHROMIUM.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { cli } from "../../wasm/tests/fixtures.mjs";
import { accessible, drop, open, serve, shared, text } from "./browser.mjs";

const stage = shared();

const OWN = { account: "529384716205", cluster: "7F3A9C21E85B4D6093A7C1F2E4B8D605" };
const owned = (path) => text(path).replaceAll("111122223333", OWN.account).replaceAll("EXAMPLED539D4633E53DE1B716D3041E", OWN.cluster);
const ROLE = owned("tests/fixtures/failures/018-triggermesh-aud-only/trust-policy.json");
const ACCOUNT = owned("tests/fixtures/failures/009-external-dns-default-namespace/serviceaccount.yaml");

const titles = (page) => page.locator(".tab .title").allTextContents();
const share = async (page) => {
  await page.getByRole("button", { name: "Share…" }).click();
  await page.locator(".out").waitFor();
};
const link = (page) => page.getByRole("textbox", { name: "Link" }).inputValue();
const flip = (page, name) => page.getByRole("switch", { name }).click();
const inside = (url) => JSON.parse(inflateRawSync(Buffer.from(new URL(url).hash.replace("#d=1.", ""), "base64url")));
const fragment = (documents) => `#d=1.${deflateRawSync(JSON.stringify(documents)).toString("base64url")}`;
/** Clicks and gives back what was saved: its name and bytes. */
const saved = async (page, click) => {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
};
const menu = async (page, name, item) => {
  await page.locator("summary", { hasText: name }).click();
  await page.getByRole("button", { name: item, exact: true }).click();
};

test("a link holds the scrubbed documents, opens elsewhere with the same findings, and leaves the address bar", async () => {
  const { page, shot, check } = await stage.open({ permissions: ["clipboard-read", "clipboard-write"] });
  await drop(page, [["role.json", ROLE], ["serviceaccount.yaml", ACCOUNT]]);
  await page.locator(".finding").first().waitFor();
  const found = await page.locator(".finding .rule").allTextContents();
  await share(page);
  assert.equal(await page.locator(".contents li").count(), 2);
  assert.match(await page.locator(".caution").first().textContent(), /Whoever has the link can read the documents/);
  assert.deepEqual(await page.locator(".replaced summary").allTextContents(), ["1 account number", "1 cluster id"]);
  assert.match(await page.locator(".assurance").textContent(), /^Checked: the same/);
  await shot("share");
  await page.locator(".replaced summary").first().click();
  assert.equal(await page.locator(".replaced li").first().textContent(), `${OWN.account} → 111122223333`);
  await page.locator(".replaced summary").nth(1).click();
  await page.locator(".out").scrollIntoViewIfNeeded();
  await shot("share-scrub");
  const url = await link(page);
  assert.ok(!JSON.stringify(inside(url)).includes(OWN.account) && !JSON.stringify(inside(url)).includes(OWN.cluster));
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("Copied to the clipboard.").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), url);
  // From the moment it is flipped on, the link of before is not to be had any more; no more than the other way around.
  const flipped = () =>
    page.getByRole("switch", { name: "Scrub what identifies us" }).evaluate(async (box) => {
      box.click();
      await new Promise(requestAnimationFrame);
      return document.querySelector(".out input").value;
    });
  const ready = () => page.getByRole("button", { name: "Copy link", disabled: false }).waitFor();
  assert.notEqual(await flipped(), url);
  await ready();
  const plain = await link(page);
  assert.deepEqual(inside(plain), [["role.json", ROLE], ["serviceaccount.yaml", ACCOUNT]]);
  assert.notEqual(await flipped(), plain);
  await ready();
  assert.equal(await link(page), url);
  await check();

  const other = await stage.open();
  await other.page.goto(url);
  await other.page.reload();
  // A reload of what was opened by hand begins anew, so the link is opened in a page of its own.
  const fresh = await stage.open();
  await fresh.page.goto("about:blank");
  await fresh.page.goto(url);
  await fresh.page.locator(".finding").first().waitFor();
  assert.deepEqual(await fresh.page.locator(".finding .rule").allTextContents(), found);
  assert.equal(fresh.page.url(), stage.server.url);
  assert.match(await fresh.page.locator(".notice").textContent(), /These 2 documents came in a link/);
  await fresh.shot("from-link");
  await fresh.page.getByRole("button", { name: "Close this message" }).click();
  await fresh.page.locator(".notice").waitFor({ state: "detached" });
  await fresh.check();
  await other.check();
});

test("a link does not take one's own documents away", async () => {
  const { page, paste, check } = await stage.open();
  await paste(ROLE);
  await page.locator(".finding").first().waitFor();
  await page.evaluate((hash) => (location.hash = hash), fragment([["theirs.json", "{}"]]));
  await page.getByText("Your own are put aside").waitFor();
  assert.deepEqual(await titles(page), ["theirs.json"]);
  await page.getByRole("button", { name: "Back to my documents" }).click();
  await page.locator(".finding").first().waitFor();
  assert.deepEqual(await titles(page), ["document 1"]);
  assert.equal(await page.locator(".notice").count(), 0);
  await check();
});

test("damaged, foreign and oversized links are refused in a sentence", async () => {
  const bomb = `#d=1.${deflateRawSync(Buffer.alloc(200 << 20, 32)).toString("base64url")}`;
  const many = fragment(Array.from({ length: 401 }, (_, at) => [`${at}`, "{}"]));
  for (const [hash, said] of [
    ["#d=1.AAAA", /damaged/], ["#d=1.", /damaged/], ["#d=", /damaged/], ["#d=1.%%%", /damaged/], [fragment([["a", "{}"]]).slice(0, -3), /damaged/],
    ["#d=2.AAAA", /newer irsa-lint/], [bomb, /more than 16 MB/], [fragment({}), /holds no documents/], [fragment([["a", 1]]), /holds no documents/],
    [fragment([]), /holds no documents/], [many, /holds no documents/], ["#d=1." + deflateRawSync(Buffer.from([255, 254])).toString("base64url"), /damaged/],
  ]) {
    const { page, paste, check } = await stage.open();
    await page.goto("about:blank");
    await page.goto(stage.server.url + hash);
    await page.getByText(said).waitFor({ timeout: 15000 });
    assert.equal(page.url(), stage.server.url);
    await paste(ROLE);
    await page.locator(".finding").first().waitFor();
    await check();
  }
});

test("tokens never go into a link, and what may be a secret is warned of", async () => {
  const { page, paste, check } = await stage.open();
  const token = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"sub":"x-y-z-1-2-3"}').toString("base64url")}.c2lnbmF0dXJl`;
  await paste(`apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\nstringData:\n  a: ${token}\n`);
  await page.locator(".glance").waitFor();
  await share(page);
  await flip(page, "Scrub what identifies us");
  await page.getByText("1 token removed").waitFor();
  await page.getByText("holds a Kubernetes Secret").waitFor();
  assert.ok(!JSON.stringify(inside(await link(page))).includes("eyJ"));
  await check();
});

test("too long for a link: a file instead, which opens again", async () => {
  const { page, check } = await stage.open();
  let seed = 7;
  const noise = () => Array.from({ length: 200 }, () => (seed = (seed * 48271) % 2147483647).toString(36)).join(" ");
  await drop(page, [["role.json", ROLE], ["notes/long.yaml", Array.from({ length: 200 }, () => `# ${noise()}`).join("\n")]]);
  await page.locator(".finding").first().waitFor();
  await share(page);
  await page.getByText("beyond 100 kB").waitFor();
  const { name, bytes } = await saved(page, () => page.getByRole("button", { name: "Save as a file" }).click());
  assert.equal(name, "irsa-lint-documents.zip");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Start over" }).click();
  await page.evaluate((base64) => {
    const dropped = new DataTransfer();
    dropped.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], "got.zip"));
    document.querySelector("main").dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: dropped }));
  }, bytes.toString("base64"));
  await page.locator(".finding").first().waitFor();
  assert.deepEqual(await titles(page), ["role.json", "notes/long.yaml"]);
  await check();
});

test("documents are kept only when asked, and gone at once when not", async () => {
  const { page, paste, check } = await stage.open();
  const stored = () => page.evaluate(() => JSON.stringify({ ...localStorage }));
  await paste(ROLE);
  await page.locator(".finding").first().waitFor();
  assert.equal(await stored(), "{}");
  const keep = async () => {
    await page.locator("summary", { hasText: "Save" }).click();
    await flip(page, "Keep my documents in this browser");
  };
  await keep();
  await page.getByText("Kept in this browser, sent nowhere").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "New document" }).click();
  await paste(ACCOUNT);
  await page.waitForFunction(() => JSON.stringify({ ...localStorage }).includes("ServiceAccount"));
  await page.reload();
  await page.locator(".finding").first().waitFor();
  assert.deepEqual(await titles(page), ["document 1", "document 2"]);
  // A stranger's link does not overwrite what is kept.
  await page.evaluate((hash) => (location.hash = hash), fragment([["theirs.json", "{}"]]));
  await page.getByText("Your own are put aside").waitFor();
  await page.waitForTimeout(700);
  assert.ok((await stored()).includes("ServiceAccount"));
  await page.reload();
  await page.locator(".finding").first().waitFor();
  await keep();
  await page.getByText("Nothing leaves this tab").waitFor();
  assert.equal(await stored(), "{}");
  await page.reload();
  await page.locator(".gallery").waitFor();
  await check();
});

test("more than the browser keeps is said, and nothing stays half kept", async () => {
  const { page, check } = await stage.open();
  await drop(page, [["role.json", ROLE], ...Array.from({ length: 8 }, (_, at) => [`big-${at}.yaml`, `# ${"x".repeat(900_000)}`])]);
  await page.locator(".finding").first().waitFor();
  await page.locator("summary", { hasText: "Save" }).click();
  await flip(page, "Keep my documents in this browser");
  await page.getByText("Not kept: these documents are larger").waitFor();
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  assert.equal(await page.getByRole("switch").isChecked(), false);
  await check();
});

test("findings are saved as the command line prints them, and as Markdown", async () => {
  const { page, shot, check } = await stage.open({ permissions: ["clipboard-read", "clipboard-write"] });
  await drop(page, [["role.json", ROLE], ["serviceaccount.yaml", ACCOUNT]]);
  await page.locator(".finding").first().waitFor();
  await page.locator("summary", { hasText: "Save" }).click();
  await shot("save");
  const json = await saved(page, () => page.getByRole("button", { name: "Save as JSON" }).click());
  assert.equal(json.name, "irsa-lint.json");
  const found = JSON.parse(json.bytes);
  assert.ok(found.diagnostics.length > 0);
  const folder = mkdtempSync(join(tmpdir(), "irsa-lint-"));
  writeFileSync(join(folder, "role.json"), ROLE);
  writeFileSync(join(folder, "serviceaccount.yaml"), ACCOUNT);
  assert.deepEqual(found, JSON.parse(cli(folder, "check", "role.json", "serviceaccount.yaml")));
  await page.locator("summary", { hasText: "Save" }).click();
  const markdown = await saved(page, () => page.getByRole("button", { name: "Save as Markdown" }).click());
  const written = markdown.bytes.toString();
  assert.equal(markdown.name, "irsa-lint.md");
  assert.match(written, /^# irsa-lint\n[\s\S]*## Findings\n\n- \*\*error\*\* [\s\S]*## Who gets in\n\n\| Role \| From \| Whom \| Audience \|\n/);
  await menu(page, "Save", "Copy as Markdown");
  await page.getByText("on the clipboard").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), written);
  await page.locator("summary", { hasText: "Save" }).click();
  const own = await saved(page, () => page.getByRole("button", { name: "This document" }).click());
  assert.deepEqual([own.name, own.bytes.toString()], ["role.json", ROLE]);
  await page.locator("summary", { hasText: "Save" }).click();
  const all = await saved(page, () => page.getByRole("button", { name: "All documents (.zip)" }).click());
  const archive = join(mkdtempSync(join(tmpdir(), "irsa-lint-")), "all.zip");
  writeFileSync(archive, all.bytes);
  const listed = execFileSync("python3", ["-c", "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), z.namelist())", archive]).toString();
  assert.equal(listed.trim(), "None ['role.json', 'serviceaccount.yaml']");
  await check();
});

test("a large document is saved whole, and its findings with it", async () => {
  const { page, check } = await stage.open();
  const large = ROLE + " ".repeat(1_100_000);
  await drop(page, [["role.json", large], ["serviceaccount.yaml", ACCOUNT]]);
  await page.locator(".finding.error").first().waitFor();
  await page.locator("summary", { hasText: "Save" }).click();
  const json = await saved(page, () => page.getByRole("button", { name: "Save as JSON" }).click());
  assert.ok(JSON.parse(json.bytes).diagnostics.some(({ rule }) => rule === "any-service-account"));
  await page.locator(".tab .name", { hasText: "role.json" }).click();
  await page.locator("summary", { hasText: "Save" }).click();
  const own = await saved(page, () => page.getByRole("button", { name: "This document" }).click());
  assert.deepEqual([own.name, own.bytes.length], ["role.json", large.length]);
  await page.locator("summary", { hasText: "Save" }).click();
  await saved(page, () => page.getByRole("button", { name: "All documents" }).click());
  await page.getByText("Too large for the archive, and left out: role.json").waitFor();
  await check();
});

test("a folder: what may be a document, by its path; the rest is said", async () => {
  const { page, shot, check } = await stage.open();
  const folder = mkdtempSync(join(tmpdir(), "irsa-lint-"));
  for (const path of ["infra/.git", "infra/node_modules/x", "infra/roles"]) mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, "infra/roles/role.json"), ROLE);
  writeFileSync(join(folder, "infra/sa.yaml"), ACCOUNT);
  writeFileSync(join(folder, "infra/.git/config.json"), "{}");
  writeFileSync(join(folder, "infra/node_modules/x/package.json"), "{}");
  writeFileSync(join(folder, "infra/logo.png"), Buffer.from([137, 80, 0, 0]));
  writeFileSync(join(folder, "infra/broken.json"), Buffer.from([0, 1, 2, 0]));
  await page.locator("summary", { hasText: "Open" }).click();
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Folder…" }).click()]);
  await chooser.setFiles(join(folder, "infra"));
  await page.locator(".finding").first().waitFor();
  assert.deepEqual((await titles(page)).sort(), ["infra/roles/role.json", "infra/sa.yaml"]);
  assert.match(await page.locator(".notice").textContent(), /Opened 2\..*1 file is not text/);
  await shot("folder");
  await check();
});

test("a dropped folder is walked", async () => {
  const { page, check } = await stage.open();
  // A drop of a folder cannot be made by script, so its entries are stood in for; the walk and the reading are the page's.
  await page.evaluate((role) => {
    const file = (path, text) => ({ isFile: true, isDirectory: false, name: path.split("/").at(-1), fullPath: path, file: (done) => done(new File([text], path.split("/").at(-1))) });
    const folder = (path, children) => ({
      isFile: false, isDirectory: true, name: path.split("/").at(-1), fullPath: path,
      createReader: () => ({ left: [...children], readEntries(done) { done(this.left.splice(0, 100)); } }),
    });
    const roles = Array.from({ length: 450 }, (_, at) => file(`/top/many/${String(at).padStart(3, "0")}.json`, "{}"));
    const top = folder("/top", [folder("/top/.terraform", [file("/top/.terraform/x.json", "{}")]), folder("/top/many", roles), file("/top/a.json", role)]);
    const event = new DragEvent("drop", { bubbles: true, cancelable: true });
    Object.defineProperty(event, "dataTransfer", { value: { types: ["Files"], items: [{ kind: "file", webkitGetAsEntry: () => top, getAsFile: () => null }] } });
    document.querySelector("main").dispatchEvent(event);
  }, ROLE);
  await page.locator(".finding").first().waitFor({ timeout: 20000 });
  assert.match(await page.locator(".notice").textContent(), /^Opened 400\. 51 more would have been too many/);
  assert.equal(await page.locator(".tab").count(), 400);
  await check();
});

test("many documents: the one shown stays in sight, and all are in a list", async () => {
  const { page, shot, check } = await stage.open();
  await drop(page, Array.from({ length: 60 }, (_, at) => [`team-${at}.json`, at === 47 ? ROLE : "{}"]));
  await page.locator(".finding").first().waitFor();
  const isInSight = () => page.waitForFunction(() => {
    const [tab, strip] = [".tab.selected", ".strip"].map((name) => document.querySelector(name).getBoundingClientRect());
    return tab.left >= strip.left - 1 && tab.right <= strip.right + 1;
  });
  await page.locator(".finding .place").first().click();
  await page.locator(".tab.selected", { hasText: "team-47.json" }).waitFor();
  await isInSight();
  await shot("many-tabs");
  await page.getByRole("button", { name: "All 60" }).click();
  await page.getByRole("searchbox").fill("TEAM-5");
  await page.getByText("11 of 60").waitFor();
  await shot("all-documents");
  await page.locator(".all button", { hasText: "team-58.json" }).click();
  await page.locator("dialog").waitFor({ state: "hidden" });
  await page.locator(".tab.selected", { hasText: "team-58.json" }).waitFor();
  await isInSight();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await check();
});

test("by keyboard alone: views, findings, help, menus, the rule's page, and back to where one was", async () => {
  const { page, paste, shot, check } = await stage.open();
  const focused = () => page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.className ?? (document.activeElement.textContent || document.activeElement.tagName));
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Skip to the answers");
  await paste(text("tests/fixtures/failures/018-triggermesh-aud-only/trust-policy.json"));
  await page.locator(".finding").first().waitFor();
  await page.keyboard.type("?");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Alt+2");
  await page.locator("#view-who[aria-selected=true]").waitFor();
  await page.keyboard.press("Alt+1");
  const rule = page.locator(".finding .rule").first();
  await rule.focus();
  await page.keyboard.press("Enter");
  await page.locator(".rule-page").waitFor();
  assert.equal(await focused(), "×");
  await page.keyboard.press("Escape");
  await page.locator(".rule-page").waitFor({ state: "detached" });
  assert.equal(await focused(), await rule.textContent());
  await page.keyboard.press("F8");
  assert.match(await focused(), /cm-content/);
  await page.locator(".cm-tooltip-lint").waitFor();
  await page.keyboard.press("Escape");
  await rule.focus();
  await page.keyboard.press("?");
  await page.getByRole("heading", { name: "Keyboard shortcuts" }).waitFor();
  await shot("shortcuts");
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "hidden" });
  assert.equal(await focused(), await rule.textContent());
  await page.locator("summary", { hasText: "Open" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Folder…" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Folder…" }).waitFor({ state: "hidden" });
  assert.equal(await focused(), "Open");
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Control+O")]);
  assert.ok(chooser.isMultiple());
  await check();
});

test("axe finds nothing to object to in dialogs and menus, in both themes and on a narrow screen", async () => {
  for (const [name, options] of [["light", {}], ["dark", { colorScheme: "dark" }], ["narrow", { viewport: { width: 420, height: 860 } }]]) {
    const { page, shot, check } = await stage.open(options);
    const violations = async (where) => {
      await accessible(page, `${name}, ${where}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}, ${where}: wider than the screen`);
    };
    await drop(page, [["role.json", ROLE], ["secret.yaml", "kind: Secret\nstringData:\n  a: b\n"], ...Array.from({ length: 6 }, (_, at) => [`${at}.json`, "{}"])]);
    await page.locator(".finding").first().waitFor();
    for (const menu of ["Open", "Save"]) {
      await page.locator("summary", { hasText: menu }).click();
      await violations(menu);
      await shot(`menu-${menu.toLowerCase()}-${name}`);
    }
    await page.keyboard.press("Escape");
    await share(page);
    await page.locator(".replaced summary").first().click();
    await violations("share");
    await shot(`share-${name}`);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
    await violations("keys");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "All 8" }).click();
    await violations("all");
    await page.keyboard.press("Escape");
    await page.evaluate((hash) => (location.hash = hash), fragment([["theirs.json", "{}"]]));
    await page.locator(".notice").waitFor();
    await violations("notice");
    await shot(`notice-${name}`);
    await check();
  }
});

test("after the first visit it works without a network", async () => {
  const own = await serve();
  const { page, paste, check } = await open(stage.browser, own.url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  own.close();
  own.closeAllConnections();
  await page.reload();
  await page.locator(".gallery li").first().waitFor();
  await paste(ROLE);
  await page.locator(".finding").first().waitFor();
  await share(page);
  // It keeps the built files, and nothing else.
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return { names: names.length, urls: requests.flat().map(({ url }) => url) };
  });
  assert.equal(kept.names, 1);
  assert.ok(kept.urls.length > 10 && kept.urls.every((url) => url.startsWith(own.url) && !url.includes("#")));
  await check();
});

test("a new version takes over at the next load", async (t) => {
  const versions = { now: 1 };
  const own = await serve((path, body) => {
    if (versions.now === 1 || !/(^|\/)(sw\.js|index\.html)$/.test(path)) return body;
    const page = Buffer.from(readFileSync(new URL("../../target/page/index.html", import.meta.url), "utf8").replace("<title>irsa-lint:", "<title>New irsa-lint:"));
    if (path.endsWith("index.html")) return page;
    const hash = createHash("sha256").update(page).digest("hex");
    return Buffer.from(body.toString().replace(/"index\.html": "[0-9a-f]+"/, `"index.html": "${hash}"`).replace(/VERSION = "/, 'VERSION = "new'));
  });
  t.after(() => {
    own.close();
    own.closeAllConnections();
  });
  const { page, check } = await open(stage.browser, own.url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  versions.now = 2;
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  await page.waitForFunction(async () => (await navigator.serviceWorker.getRegistration()).waiting);
  assert.match(await page.title(), /^irsa-lint/);
  // A busy browser may still count the page that was before the reload as another tab; then it is one load later.
  const isNew = () => page.waitForFunction(() => document.title.startsWith("New irsa-lint"), undefined, { timeout: 8000 }).then(() => true, () => false);
  let loads = 0;
  do await page.reload();
  while (!(await isNew()) && ++loads < 3);
  assert.match(await page.title(), /^New irsa-lint/);
  await page.locator(".gallery li").first().waitFor();
  assert.equal(await page.evaluate(async () => (await caches.keys()).length), 1);
  await check();
});

test("a browser that cannot run it says so", async () => {
  const context = await stage.browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => { delete globalThis.WebAssembly; });
  await page.goto(stage.server.url);
  await page.getByText("it needs a browser of 2024 or later").waitFor();
  await context.close();
});
