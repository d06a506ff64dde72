// What a scrub may do: it changes whose documents these are and nothing else. Every folder of failures is given an owner first (the fixtures hold
// AWS's documentation values, which stay as they are), then scrubbed, and must give the same findings. Needs target/engine (scripts/page --engine).
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { before, test } from "node:test";
import { scrub } from "../editor/src/scrub.js";

const root = new URL("../../", import.meta.url);
const fixtures = new URL("tests/fixtures/failures/", root);

let engine;
before(async () => {
  engine = await import(new URL("target/engine/index.js", root));
  await engine.init(readFileSync(new URL("target/engine/irsa_lint_wasm_bg.wasm", root)));
});

const OWNED = [
  ["111122223333", "529384716205"],
  ["444455556666", "318274650917"],
  ["666677778888", "840275916338"],
  ["EXAMPLED539D4633E53DE1B716D3041E", "7F3A9C21E85B4D6093A7C1F2E4B8D605"],
  ["EXAMPLEA0B1C2D3E4F5A6B7C8D9E0F12", "0C4E8A16B2D73F9581E6A0B4C2D8F397"],
  ["acme-example", "initech"],
  ["payments", "moneybags"],
];
const owned = (text) => OWNED.reduce((text, [example, own]) => text.replaceAll(example, own), text);

function* folders() {
  for (const folder of readdirSync(fixtures)) {
    for (const at of [`${folder}/`, `${folder}/fixed/`]) {
      const names = (() => { try { return readdirSync(new URL(at, fixtures), { withFileTypes: true }); } catch { return []; } })();
      const files = names.filter((entry) => entry.isFile() && !/^expect\.json$|\.txt$/.test(entry.name));
      if (files.length) yield [at, files.map(({ name }) => ({ name, text: owned(readFileSync(new URL(at + name, fixtures), "utf8")) }))];
    }
  }
}

const found = (documents) => {
  const inputs = documents.map(({ name, text }) => ({ path: name, text, pasted: true }));
  const { diagnostics, errors } = engine.check(inputs);
  return [...diagnostics.map(({ rule, severity, location }) => `${rule} ${severity} ${location.start.line}`), ...errors.map(() => "error")].sort();
};

for (const names of [false, true]) {
  test(`a scrub ${names ? "with names " : ""}changes no finding`, () => {
    let folders_ = 0, findings = 0;
    const differ = [];
    for (const [folder, documents] of folders()) {
      const scrubbed = scrub(documents, { names }).documents;
      const [before, after] = [found(documents), found(scrubbed)];
      if (String(before) !== String(after)) differ.push(`${folder}: ${before.join(", ")} became ${after.join(", ")}`);
      folders_ += 1;
      findings += before.length;
      for (const [, own] of names ? OWNED : OWNED.slice(0, 5)) {
        for (const { name, text } of scrubbed) assert.ok(!text.includes(own), `${own} is still in ${folder}${name}`);
      }
      assert.deepEqual(scrub(scrubbed, { names }).documents, scrubbed, `${folder}: a second scrub changes something`);
    }
    assert.ok(folders_ > 300 && findings > 150, `${folders_} folders, ${findings} findings`);
    assert.deepEqual(differ, []);
  });
}

const one = (text, options) => scrub([{ name: "a", text }], options);
const cleaned = (text, options) => one(text, options).documents[0].text;

test("the same becomes the same, distinct stay distinct, in every document and name", () => {
  const { documents, replaced } = scrub([
    { name: "529384716205/role.json", text: "arn:aws:iam::529384716205:role/a arn:aws:iam::318274650917:role/b 5293-8471-6205" },
    { name: "b", text: "account_529384716205_x 111122223333" },
  ]);
  // 111122223333 stands there already, so it is nobody's replacement.
  assert.equal(documents[0].name, "444455556666/role.json");
  assert.equal(documents[0].text, "arn:aws:iam::444455556666:role/a arn:aws:iam::777788889999:role/b 4444-5555-6666");
  assert.equal(documents[1].text, "account_444455556666_x 111122223333");
  assert.deepEqual(replaced, [{ noun: "account numbers", pairs: [["529384716205", "444455556666"], ["318274650917", "777788889999"]] }]);
});

test("what tells nothing stays", () => {
  for (const text of [
    "arn:aws:iam::123456789012:role/x EXAMPLED539D4633E53DE1B716D3041E AKIAIOSFODNN7EXAMPLE", "sts.amazonaws.com token.actions.githubusercontent.com:sub",
    "https://oidc.eks.eu-west-1.amazonaws.com/id/XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", "10.0.0.0/8 0.0.0.0/0 192.168.1.1", "git@github.com:a/b.git someone@example.com",
    "actions/checkout@v4 2012-10-17 2024-01-01T00:00:00Z 1700000000000", "9e99a48a9960b14926bb7f3b02e22da2b0ab7280", "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
    "image: nginx:1.25.3 values.yaml eks.amazonaws.com/role-arn", "arn:aws:iam::${AWS_ACCOUNT_ID}:role/x <ACCOUNT_ID>",
  ]) assert.equal(cleaned(text), text);
});

test("each kind, and its format afterwards", () => {
  for (const [text, shape, left] of [
    ["arn:aws:iam::52938471620:role/x", /^arn:aws:iam::\d{11}:role\/x$/, "52938471620"],
    ["oidc.eks.eu-west-1.amazonaws.com/id/7F3A9C21E85B4D6093A7C1F2E4B8D605:sub", /\/id\/EXAMPLE[0-9A-F]{25}:sub$/, "7F3A"],
    ["https://7F3A9C21E85B4D6093A7C1F2E4B8D605.gr7.eu-west-1.eks.amazonaws.com", /^https:\/\/EXAMPLE\w{25}\.gr7\./, "7F3A"],
    ["AKIA2E4XQZ7M5WTN3RJK ASIA2E4XQZ7M5WTN3RJK", /^AKIA[A-Z0-9]{9}EXAMPLE ASIA[A-Z0-9]{9}EXAMPLE$/, "QZ7M5"],
    ['"AROA2E4XQZ7M5WTN3RJKP"', /^"AROA[A-Z0-9]{10}EXAMPLE"$/, "QZ7M5"],
    ["{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}", /^\{00000000-0000-4000-8000-000000000001\}$/, "1de4"],
    ["jane.doe@initech.io", /^person-1@example\.com$/, "jane"],
    ["ci@my-project.iam.gserviceaccount.com", /^person-1@example-project\.iam\.gserviceaccount\.com$/, "my-project"],
    ["subnet-0a1b2c3d4e5f60718 i-0a1b2c3d", /^subnet-0{16}1 i-0{7}1$/, "a1b2"],
    ['"aws:PrincipalOrgID": "o-a1b2c3d4e5"', /"o-exampleorg1"$/, "a1b2"],
    ["52.18.3.4/32", /^192\.0\.2\.1\/32$/, "52.18"],
    ["arn:aws:iam::111122223333:oidc-provider/keycloak.initech.co.uk/auth", /oidc-provider\/keycloak\.host-1\.example\.com\/auth$/, "initech"],
    ['{"initech.eu.auth0.com/:sub": 1}', /host-1\.eu\.auth0\.com/, "initech"],
    ["https://initech-oidc.s3.eu-west-1.amazonaws.com/prod.initech.dev", /host-1\.s3\.eu-west-1\.amazonaws\.com\/host-2\.example\.com$/, "initech"],
    ["url = \"https://git.initech.io\"\nAudit of GIT.initech.io and www.initech.io", /Audit of git\.host-1\.example\.com and host-2\.example\.com$/, "initech"],
    ['"repository_owner_id": "84726153"', /"9000\d{4}"$/, "84726153"],
    ["repo:a@987650001:x", /^repo:a@9000\d{5}:x$/, "98765"],
    ["\\nAKIA2E4XQZ7M5WTN3RJK\\n529384716205", /^\\nAKIA\w+EXAMPLE\\n111122223333$/, "QZ7M5"],
  ]) {
    const after = cleaned(text);
    assert.match(after, shape, text);
    assert.ok(!after.toLowerCase().includes(left.toLowerCase()), `${left} is left in ${after}`);
    assert.equal(cleaned(after), after);
  }
});

test("ids that differ only in case, or by a digit, still do", () => {
  const [a, b, c] = cleaned("/id/7F3A9C21E85B4D6093A7C1F2E4B8D605 /id/7f3a9c21e85b4d6093a7c1f2e4b8d605 /id/7F3A9C21E85B4D6093A7C1F2E4B8D606").split(" ");
  assert.ok(a !== b && a.toLowerCase() === b && a !== c);
});

test("secrets go, whether the rest is scrubbed or not, and it is said", () => {
  const jwt = `eyJhbGciOiJSUzI1NiJ9.${"eyJzdWIiOiJzeXN0ZW06In0"}.c2lnbmF0dXJl`;
  for (const [text, left, noun] of [
    [`token: ${jwt}`, "c2lnbmF0dXJl", "1 token"],
    [`a: ${jwt}\nb: ${jwt}`, "eyJ", "2 tokens"],
    [`token: ${btoa(jwt)}`, btoa(jwt).slice(0, 40), "1 token"],
    ["aws_secret_access_key = abcdEFGHijklMNOPqrstUVWXyz0123456789/+ab", "abcdEFGH", "1 secret access key"],
    ['{"SecretAccessKey": "abcdEFGHijklMNOPqrstUVWXyz0123456789/+ab"}', "abcdEFGH", "1 secret access key"],
    ['"{\\"SecretAccessKey\\": \\"abcdEFGHijklMNOPqrstUVWXyz0123456789/+ab\\"}"', "abcdEFGH", "1 secret access key"],
    ["-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nrest", "MIIE", "1 private key"],
    [`GITHUB_TOKEN: ghp_${"a1B2".repeat(9)}`, "a1B2", "1 token"],
    [`key: ${btoa("-----BEGIN PRIVATE KEY-----\nMIIEabcdefgh")}`, "TUlJR", "1 private key"],
  ]) {
    for (const ids of [true, false]) {
      const { documents, removed } = one(text, { ids });
      assert.ok(!documents[0].text.includes(left), `${left} is left in ${documents[0].text}`);
      assert.deepEqual(removed, [noun]);
    }
  }
});

test("what only looks like a secret is warned of, once a document", () => {
  const warns = (text) => one(text).warnings;
  assert.match(warns("apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: aHVudGVyMg==\n")[0], /^a holds a Kubernetes Secret/);
  assert.match(warns('{"kind": "Secret", "stringData": {"x": "y"}}')[0], /Kubernetes Secret/);
  assert.match(warns("clientSecret: correct-horse-battery")[0], /under clientSecret/);
  assert.match(warns('{"db_password": "correct-horse", "terraform_version": "1.9.0", "sensitive_values": {}}').join(" "), /db_password.*Terraform/);
  for (const text of [
    "kind: SecretStore\ndata:\n  a: b", "secretName: db\nkind: Secret\n", "password: ${{ secrets.DB_PASSWORD }}", "clientSecret: \"\"", "id-token: write",
    "client_secret = var.client_secret", "AWS_WEB_IDENTITY_TOKEN_FILE: /var/run/secrets/token",
  ]) assert.deepEqual(warns(text), [], text);
});

test("names keep their prefixes, their writing, and what everybody has", () => {
  const names = true;
  const after = cleaned("system:serviceaccount:globex-*:globex-api system:serviceaccount:glob*:x\nnamespace: globex-prod\nGlobex GLOBEX kube-system external-dns", { names });
  const [, start] = /system:serviceaccount:([a-z]+)-\*/.exec(after);
  const [, open] = / system:serviceaccount:([a-z]+)\*/.exec(after);
  assert.ok(start.startsWith(open) && start !== open, after);
  assert.ok(after.endsWith(`namespace: ${start}-prod\n${start[0].toUpperCase()}${start.slice(1)} ${start.toUpperCase()} kube-system external-dns`), after);
  assert.ok(!/glob/i.test(after));
  assert.equal(cleaned("system:serviceaccount:globex:api"), "system:serviceaccount:globex:api");
});

test("a long text without anything takes no long time", () => {
  const long = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo".repeat(60000);
  const began = performance.now();
  assert.equal(cleaned(long, { names: true }), long);
  assert.ok(performance.now() - began < 3000, `${performance.now() - began} ms`);
});
