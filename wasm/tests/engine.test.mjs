// The library face in node: it says what the command line says, byte for byte. Needs target/engine (scripts/page --engine) and the binary.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import * as engine from "../../target/engine/index.js";

const root = new URL("../../", import.meta.url).pathname;
const binary = `${process.env.CARGO_TARGET_DIR ?? `${root}target`}/debug/irsa-lint`;
const module = readFileSync(`${root}target/engine/irsa_lint_wasm_bg.wasm`);
await engine.init(module);

/** What a browser may have to load, in kB compressed. Only ever lower it. */
const LIMIT = 565;
test("the module is small", (t) => {
  const size = gzipSync(module, { level: 9 }).length / 1000;
  t.diagnostic(`${size.toFixed(0)} kB compressed, limit ${LIMIT}`);
  assert.ok(size < LIMIT, `${size} kB`);
});

function folders() {
  const failures = `${root}tests/fixtures/failures/`;
  const all = [`${root}examples/seed`];
  for (const name of readdirSync(failures)) {
    all.push(failures + name);
    if (readdirSync(failures + name).includes("fixed")) all.push(`${failures}${name}/fixed`);
  }
  return all;
}
const names = (folder) => readdirSync(folder).filter((name) => /\.(json|ya?ml)$/.test(name) && name !== "expect.json").sort();
const documents = (folder) => names(folder).map((path) => ({ path, text: readFileSync(`${folder}/${path}`, "utf8") }));
function cli(folder, ...args) {
  const { stdout, stderr, error } = spawnSync(binary, [...args, "--format", "json"], { cwd: folder, encoding: "utf8" });
  if (error) throw error;
  return stdout.trimEnd() || stderr;
}

test("check and who are byte-identical to the command line's, for every fixture", () => {
  const all = folders();
  assert.ok(all.length > 200, `only ${all.length} folders`);
  for (const folder of all) {
    const files = names(folder);
    assert.equal(engine.ask(documents(folder), undefined, (held) => held.check()), cli(folder, "check", ...files), folder);
    assert.equal(engine.ask(documents(folder), undefined, (held) => held.who()), cli(folder, "who", ...files), folder);
  }
});

test("the other questions are the command line's, too", async () => {
  const folder = `${root}examples/seed`;
  assert.deepEqual(engine.inspect(documents(folder)), JSON.parse(cli(folder, "inspect", ...names(folder))));
  assert.deepEqual(engine.why(documents(folder)), JSON.parse(cli(folder, "why", ...names(folder))));
  const issuer = "https://oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E";
  for (const [serviceAccount, decision] of [["default/iam-role-test", "allowed"], ["default/other", "denied"]]) {
    const asked = engine.canAssume(documents(folder), { issuer, serviceAccount });
    assert.equal(asked.decisions[0].decision, decision);
    assert.deepEqual(asked, JSON.parse(cli(folder, "can-assume", "--issuer", issuer, "--service-account", serviceAccount, ...names(folder))));
  }
  assert.deepEqual(await engine.rules(), JSON.parse(cli(root, "rules")).rules);
  for (const name of ["missing-audience", "nobody"]) {
    assert.deepEqual(await engine.explain(name), JSON.parse(cli(root, "explain", name)).rules);
  }
  assert.deepEqual(await engine.explain("no-such-rule"), []);
});

test("options count, and wrong ones are refused with a sentence", () => {
  const open = documents(`${root}tests/fixtures/failures/018-triggermesh-aud-only`);
  assert.deepEqual(engine.check(open, { select: ["any-service-account"] }).diagnostics.map(({ rule }) => rule), ["any-service-account"]);
  assert.deepEqual(engine.check(open, { ignore: ["too-wide"] }).diagnostics, []);
  assert.throws(() => engine.check(open, { select: ["no-such-rule"] }), /no rule and no family `no-such-rule`/);
  assert.throws(() => engine.canAssume(open, { issuer: "https://x.example" }), /say whose token/);
});

test("a pasted text that cannot be read is an error, another is none of ours", () => {
  const broken = [{ path: "x", text: '{"Version": ', pasted: true }];
  assert.equal(engine.check(broken).errors.length, 1);
  assert.deepEqual(engine.check([{ path: "x", text: "a: 1", pasted: false }]).errors, []);
});

test("the first glance has a sentence for each role and each ServiceAccount", () => {
  const { roles, service_accounts } = engine.glance(documents(`${root}examples/seed`));
  assert.match(roles[0].sentence, /^Only ServiceAccount `default\/iam-role-test` of cluster …041E can assume role `iam-role-test`$/);
  assert.deepEqual(service_accounts.map(({ gets_in }) => gets_in), [null]);
  assert.match(service_accounts[0].sentence, /^The trust policy lets pods of ServiceAccount `default\/iam-role-test` in, but no document shows/);
});
