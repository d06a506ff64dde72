// The library face in node: it says what the command line says, byte for byte. Needs target/engine (scripts/page --engine) and the binary.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import * as engine from "../../target/engine/index.js";
import { binary, cli, documents, folders, names, root } from "./fixtures.mjs";

const module = readFileSync(`${root}target/engine/irsa_lint_wasm_bg.wasm`);
await engine.init(module);

/** What a browser may have to load, in kB compressed. Only ever lower it: the aim is 450. */
const LIMIT = 612;
test("the module is small", (t) => {
  const size = gzipSync(module, { level: 9 }).length / 1000;
  t.diagnostic(`${size.toFixed(0)} kB compressed, limit ${LIMIT}`);
  assert.ok(size < LIMIT, `${size} kB`);
});

test("check and who are byte-identical to the command line's, for every fixture", () => {
  const all = folders();
  assert.ok(all.length > 200, `only ${all.length} folders`);
  for (const folder of all) {
    const files = names(folder);
    assert.equal(engine.ask(documents(folder), undefined, (held) => held.check()), cli(folder, "check", ...files), folder);
    assert.equal(engine.ask(documents(folder), undefined, (held) => held.who()), cli(folder, "who", ...files), folder);
  }
});

test("in a plan a role is as bad as what its policy lets in, and no worse", () => {
  const id = "oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E";
  const role = (name, subject) => ({
    address: `aws_iam_role.${name}`, mode: "managed", type: "aws_iam_role", name,
    change: {
      actions: ["create"], before: null, after_unknown: {},
      after: {
        name,
        assume_role_policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{
            Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity", Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${id}` },
            Condition: { StringLike: { [`${id}:aud`]: "sts.amazonaws.com", [`${id}:sub`]: subject } },
          }],
        }),
      },
    },
  });
  const plan = { format_version: "1.2", resource_changes: [role("open", "system:serviceaccount:*:*"), role("closed", "system:serviceaccount:prod:app")] };
  const { roles } = engine.glance([{ path: "plan.json", text: JSON.stringify(plan) }]);
  assert.deepEqual(roles.map(({ worst }) => worst), ["error", null]);
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

test("a token is tried as the command line does, and never shown", () => {
  const folder = `${root}examples/seed`;
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = {
    iss: "https://oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E",
    sub: "system:serviceaccount:default:other",
    aud: ["sts.amazonaws.com"],
    iat: 1700000000,
    exp: 4102444800,
  };
  const jwt = `${part({ alg: "RS256" })}.${part(claims)}.c2lnbmF0dXJl`;
  const told = engine.tryToken(documents(folder), { token: `Bearer ${jwt}\n`, now: 1800000000 });
  const { stdout } = spawnSync(binary, ["can-assume", "--format", "json", "--token", "-", ...names(folder)], { cwd: folder, input: jwt, encoding: "utf8" });
  assert.deepEqual(told.decisions, JSON.parse(stdout).decisions);
  assert.equal(told.decisions[0].decision, "denied");
  assert.match(told.decisions[0].nearest.message, /differs/);
  const failed = told.decisions[0].trace.flatMap(({ because }) => because).find(({ holds }) => holds === false);
  assert.deepEqual(failed.compared.found, ["system:serviceaccount:default:other"]);
  assert.deepEqual({ ...told.token, summary: "", expiry: "" }, {
    ...JSON.parse(stdout).token, summary: "", expiry: "", expires: 4102444800, notes: [], remarks: [],
  });
  for (const piece of jwt.split(".")) assert.ok(!JSON.stringify(told).includes(piece));
  const late = engine.tryToken(documents(folder), { token: jwt, now: 5000000000 }).token;
  assert.match(late.notes[0], /^the token expired/);
  const error = "An error occurred (ExpiredTokenException) when calling the AssumeRoleWithWebIdentity operation: The web identity token that was passed is expired";
  const chain = engine.why(documents(folder), { token: jwt, now: 5000000000, error });
  assert.equal(chain.chain[chain.broken].link, "token");
  assert.throws(() => engine.tryToken(documents(folder), { token: "k8s-aws-v1.c2VjcmV0" }), /API server/);
});

test("two states of the documents are compared", () => {
  const before = documents(`${root}examples/seed`);
  const issuer = "oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E";
  const wider = before.map(({ path, text }) => ({
    path,
    text: text.replaceAll("StringEquals", "StringLike").replaceAll("serviceaccount:default:iam-role-test", "serviceaccount:default:*"),
  }));
  const same = engine.compare(before, before).roles;
  assert.deepEqual(same.map(({ change, added }) => [change, added]), [["none", []]]);
  const [role] = engine.compare(before, wider).roles;
  assert.equal(role.change, "wider");
  assert.equal(
    role.sentence,
    "`iam-role-test` newly lets in any ServiceAccount in namespace `default` of cluster …041E, except `default/iam-role-test`",
  );
  assert.deepEqual(role.added.map(({ examples, outright }) => [examples.length, outright]), [[3, true]]);
  assert.equal(role.added[0].issuer, `https://${issuer}`);
  assert.equal(engine.compare(wider, before).roles[0].change, "narrower");
  const [gone] = engine.compare(before, []).roles;
  assert.deepEqual([gone.present, gone.change], ["before", "narrower"]);
});

test("each role has a picture, and the overview holds it", () => {
  const held = documents(`${root}examples/seed`);
  const chain = engine.chain(held);
  const [{ nodes, links }] = chain.roles;
  assert.deepEqual([...new Set(nodes.map(({ kind }) => kind))].sort(), ["cluster", "policy", "provider", "role", "service_account", "workload"]);
  const ids = nodes.map(({ id }) => id);
  for (const { from, to, state, reason } of links) {
    assert.ok(ids.includes(from) && ids.includes(to));
    assert.ok(state === "ok" || reason !== "");
  }
  const sub = links.find(({ label }) => label === "sub system:serviceaccount:default:iam-role-test");
  assert.equal(sub.state, "ok");
  assert.deepEqual(JSON.parse(engine.ask(held, undefined, (all) => all.overview(50))).chain, chain);
  const other = held.map(({ path, text }) => ({ path, text: text.replace("default:iam-role-test", "default:other") }));
  const broken = engine.chain(other).roles[0].links.find(({ label }) => label.startsWith("sub "));
  assert.ok(broken.state === "broken" && broken.reason.includes("other"));
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
