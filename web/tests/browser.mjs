// What the tests of the page share: the built page behind a server, a browser, and everything that must never happen.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

const root = new URL("../../", import.meta.url).pathname;
export const shots = join(root, "target/page-shots");
mkdirSync(shots, { recursive: true });

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".json": "application/json", ".svg": "image/svg+xml" };

/** Serves the built page under a path that is not the root; `change(path, body)` may serve another body. */
export async function serve(change = (_, body) => body) {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://x").pathname).replace(/^\/some\/path/, "");
    const file = join(root, "target/page", path === "/" ? "index.html" : path);
    try {
      if (!statSync(file).isFile()) throw new Error("no file");
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
      response.end(change(file, readFileSync(file)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}/some/path/`, close: () => server.close(), closeAllConnections: () => server.closeAllConnections() };
}

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });

/** Opens the page; `check()` at the end fails on any request to elsewhere, any violation of the policy, any error. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "light", ...options });
  const page = await context.newPage();
  const wrong = [];
  context.on("request", (request) => {
    if (!request.url().startsWith(url)) wrong.push(`request to ${request.url()}`);
  });
  context.on("response", (response) => {
    if (!response.ok()) wrong.push(`${response.status()} for ${response.url()}`);
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`error: ${error}`));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`policy violated: ${event.violatedDirective} by ${event.blockedURI}`));
  });
  await page.goto(url);
  await page.locator(".cm-content").waitFor();
  return {
    page,
    /** Puts a text into the shown document as a paste does. */
    paste: async (text) => {
      await page.locator(".cm-content").click();
      await page.keyboard.press("Control+A");
      await page.locator(".cm-content").evaluate((content, text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", text);
        content.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
      }, text);
    },
    shot: (name) => page.screenshot({ path: join(shots, `${name}.png`) }),
    check: async () => {
      assert.deepEqual(wrong, []);
      await context.close();
    },
  };
}

/** A browser and the served page for all tests of a file; `stage.open(options)` opens the page. */
export function shared() {
  const stage = { open: (options) => open(stage.browser, stage.server.url, options) };
  before(async () => {
    [stage.browser, stage.server] = [await launch(), await serve()];
  });
  after(async () => {
    await stage.browser.close();
    stage.server.close();
  });
  return stage;
}

/** Goes to one of the page's views. */
export const view = (page, name) => page.getByRole("tab", { name }).click();

/** Drops files on the page, as a list of `[name, text or bytes]`. */
export const drop = (page, files) =>
  page.evaluate((files) => {
    const dropped = new DataTransfer();
    for (const [name, content] of files) dropped.items.add(new File([content], name));
    document.querySelector("main").dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: dropped }));
  }, files);

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Fails on whatever axe objects to; `where` says what was shown. */
export async function accessible(page, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  assert.deepEqual(violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map(({ html }) => html).join(" ")}`), []);
}

/** A text of the repository. */
export const text = (path) => readFileSync(join(root, path), "utf8");
