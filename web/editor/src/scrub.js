// Takes out of documents what tells whose they are. The same value becomes the same replacement everywhere, distinct ones stay distinct, and every
// format stays valid, so the documents mean the same afterwards. Pure: texts in, texts out. What it does not know it leaves, so it says what it did.
import { hostName, hostsOf } from "./scrub-hosts.js";
import { rename } from "./scrub-names.js";
import { warnings, withoutSecrets } from "./scrub-secrets.js";

// No letter or digit before; the `n` of a `\n` inside a JSON string is none.
const START = "(?<!(?<!\\\\)[0-9A-Za-z])";
const END = "(?![0-9A-Za-z])";
const HEX = "[0-9A-Fa-f]";

// What is looked for, in this order at each place; the first that fits takes it. Kinds without a replacement only keep later ones off.
const SHAPES = [
  ["guid", `${START}${HEX}{8}(?:-${HEX}{4}){3}-${HEX}{12}${END}`],
  ["arnAccount", "(?<=arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:)\\d+(?=:)"],
  ["access", `${START}(?:AKIA|ASIA)[A-Z0-9]{12,124}${END}`],
  ["unique", `${START}(?:AROA|AIDA|AGPA|AIPA|ANPA|ANVA|ASCA|ABIA|ACCA|APKA)[A-Z0-9]{12,124}${END}`],
  ["cluster", `(?<=/id/)[0-9A-Za-z]{16,64}${END}`],
  ["cluster", `(?<=openshiftapps\\.com/)[0-9a-z]{20,40}${END}`],
  ["cluster", `${START}[0-9A-F]{32}${END}`],
  ["hex", `${START}[0-9a-f]{32}${END}`],
  ["digest", `${START}${HEX}{20,}${END}`],
  ["certificate", "LS0tLS1CRUdJTiBDRVJU[A-Za-z0-9+/=]+"],
  ["organisation", `${START}(?:o-(?=[a-z]*\\d)[a-z0-9]{10,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32}(?=/))${END}`],
  ["resource", `${START}(?:vpc|subnet|sg|eni|rtb|igw|nat|vpce|vol|ami|lt|acl|pcx|tgw|i|eipalloc|fs|fsap)-(?:[0-9a-f]{17}|[0-9a-f]{8})${END}`],
  ["email", "(?<![\\w.+-])[\\w.+-]{1,64}@(?:[A-Za-z0-9-]+\\.)+[A-Za-z]{2,}(?![\\w:@-])"],
  ["address", "(?<![\\d.])(?:\\d{1,3}\\.){3}\\d{1,3}(?![\\d.])"],
  ["dashed", `${START}\\d{4}-\\d{4}-\\d{4}(?![0-9A-Za-z-])`],
  ["account", "(?<![\\d.])\\d{12}(?!\\d)"],
  ["number", "(?<=_id[\\\\\"'\\]:=\\[\\s]{1,8}|repo:[\\w.-]{1,80}(?:/[\\w.-]{1,80})?@)\\d{5,}(?!\\d)"],
];
const BEFORE_HOSTS = SHAPES.findIndex(([kind]) => kind === "address");

const NOUNS = {
  account: ["account number", "account numbers"],
  cluster: ["cluster id", "cluster ids"],
  guid: ["GUID", "GUIDs"],
  access: ["access key id", "access key ids"],
  unique: ["unique id of a role or user", "unique ids of roles or users"],
  hex: ["long id", "long ids"],
  certificate: ["certificate", "certificates"],
  organisation: ["organization id", "organization ids"],
  resource: ["id of an AWS resource", "ids of AWS resources"],
  email: ["e-mail address", "e-mail addresses"],
  address: ["IP address", "IP addresses"],
  number: ["numeric id", "numeric ids"],
  host: ["host name", "host names"],
  name: ["part of a name", "parts of names"],
};

/**
 * `documents` is a list of `{name, text}`. `ids` replaces what identifies, `names` also names; secrets go in any case.
 * Returns `{documents, replaced: [{noun, pairs: [[from, to]]}], removed: [text], warnings: [text]}`.
 */
export function scrub(documents, { ids = true, names = false } = {}) {
  const removed = new Map();
  let cleaned = documents.map(({ name, text }) => ({ name, text: withoutSecrets(text, removed) }));
  const warned = cleaned.flatMap(({ name, text }) => warnings(name, text));
  const replaced = new Map();
  if (ids) cleaned = withoutIds(cleaned, replaced);
  if (ids && names) cleaned = rename(cleaned, note(replaced, "name"));
  return {
    documents: cleaned,
    replaced: [...replaced].map(([kind, pairs]) => ({ noun: NOUNS[kind][pairs.size === 1 ? 0 : 1], pairs: [...pairs] })),
    removed: [...removed].map(([noun, count]) => (count === 1 ? `1 ${noun}` : `${count} ${noun}s`)),
    warnings: warned,
  };
}

const note = (replaced, kind) => (from, to) => {
  if (!replaced.has(kind)) replaced.set(kind, new Map());
  replaced.get(kind).set(from, to);
};

function withoutIds(documents, replaced) {
  const everything = documents.map(({ name, text }) => `${name}\n${text}`).join("\n");
  const hosts = hostsOf(everything);
  const host = hosts.pattern ? [["host", hosts.pattern]] : [];
  const shapes = [...SHAPES.slice(0, BEFORE_HOSTS), ...host, ...SHAPES.slice(BEFORE_HOSTS)];
  const all = new RegExp(shapes.map(([, shape]) => `(${shape})`).join("|"), "g");
  const replace = replacer(everything, replaced);
  const clean = (text) => text.replace(all, (whole, ...groups) => {
    const at = groups.findIndex((group) => group !== undefined);
    return replace(shapes[at][0], whole);
  });
  return documents.map(({ name, text }) => ({ name: clean(name), text: clean(text) }));
}

/** Gives each value its replacement: one that stands nowhere in the documents and that no other value has. */
function replacer(everything, replaced) {
  const known = new Map(); // By kind and value.
  const given = new Map(); // Which numbers of a series are used up.
  const taken = new Set();
  const fresh = (series, make) => {
    for (let n = given.get(series) ?? 0; ; n++) {
      const made = make(n);
      if (taken.has(made) || everything.includes(made)) continue;
      given.set(series, n + 1);
      taken.add(made);
      return made;
    }
  };
  const once = (kind, value, series, make) => {
    const key = `${kind} ${value}`;
    if (!known.has(key)) known.set(key, fresh(series, make));
    note(replaced, kind)(value, known.get(key));
    return known.get(key);
  };
  return (kind, value) => (isExample(kind, value) ? value : (KINDS[kind]?.(value, once) ?? value));
}

const OWN_GUID = /^00000000-0000-4000-8000-[0-9a-f]{12}$/i;
const ACCOUNTS = ["111122223333", "444455556666", "777788889999", "222233334444", "555566667777", "888899990000", "333344445555", "666677778888", "999900001111"];
// Values that are the same in everybody's documents.
const PUBLIC = new Set([...ACCOUNTS, "123456789012", "000000000000", "9188040d-6c67-4c5b-b112-36a304b66dad", "00000000-0000-0000-0000-000000000000"]);

/** Whether a value tells nothing: one of AWS's documentation, a placeholder, one that a scrub made. */
function isExample(kind, value) {
  if (PUBLIC.has(value.toLowerCase()) || OWN_GUID.test(value)) return true;
  switch (kind) {
    case "account": case "arnAccount": return /^1000000\d+$/.test(value) || (value.length > 7 && ACCOUNTS.some((own) => own.repeat(4).startsWith(value)));
    case "dashed": return isExample("account", value.replaceAll("-", ""));
    case "cluster": case "access": case "unique": case "organisation": return /exam/i.test(value) || /^(.)\1+$/.test(value) || /x{4}|your/i.test(value);
    case "hex": return /^0{20}/.test(value);
    case "resource": return /-0{5}/.test(value);
    case "email": return /[@.]example(\.(com|org|net)|-project\.iam\.gserviceaccount\.com)$|\.example$|^git@/.test(value);
    case "address": return /^(0|10|127|255|169\.254|192\.168|192\.0\.2|198\.51\.100|203\.0\.113|172\.(1[6-9]|2\d|3[01]))\./.test(value) || value.split(".").some((part) => part > 255);
    case "number": return /^9000\d+$/.test(value);
    default: return false;
  }
}

const account = (n) => ACCOUNTS[n] ?? String(100000000000 + n);
const hex = (n, width) => n.toString(16).padStart(width, "0");
const keyId = (value, once, kind) => {
  const length = Math.max(value.length - 4, 12);
  return once(kind, value, `${kind} ${value.slice(0, 4)} ${length}`, (n) => value.slice(0, 4) + (n + 1).toString(36).toUpperCase().padStart(length - 7, "A").slice(-(length - 7)) + "EXAMPLE");
};

const KINDS = {
  account: (value, once) => once("account", value, "account", account),
  dashed: (value, once) => once("account", value.replaceAll("-", ""), "account", account).replace(/(....)(....)(....)/, "$1-$2-$3"),
  // One that is a digit short or long stays so.
  arnAccount: (value, once) => (value.length === 12 ? KINDS.account(value, once)
    : once("account", value, `account ${value.length}`, (n) => account(n + 1).repeat(Math.ceil(value.length / 12)).slice(0, value.length))),
  guid: (value, once) => cased(value, once("guid", value.toLowerCase(), "guid", (n) => `00000000-0000-4000-8000-${hex(n + 1, 12)}`)),
  access: (value, once) => keyId(value, once, "access"),
  unique: (value, once) => keyId(value, once, "unique"),
  // Ids that differ only in case stay so, and in their last four digits one tells them apart, as the findings do.
  cluster: (value, once) => {
    const made = once("cluster", value.toUpperCase(), `cluster ${value.length}`, (n) => {
      const front = "EXAMPLED539D4633E53DE1B716D3";
      return (front + front + front).slice(0, value.length - 4) + hex(0x041e + n, 4).toUpperCase();
    });
    return cased(value, made);
  },
  hex: (value, once) => once("hex", value, "hex", (n) => hex(n + 1, 32)),
  certificate: (value, once) => once("certificate", value, "certificate", (n) => btoa(`example ${n + 1}`)),
  organisation: (value, once) => {
    const front = { o: "o-exampleorg", ou: "ou-exam-example", r: "r-exam" }[value.split("-")[0]];
    return once("organisation", value, front, (n) => `${front}${n + 1}`);
  },
  resource: (value, once) => {
    const [prefix, digits] = value.split("-");
    return once("resource", value, `resource ${prefix} ${digits.length}`, (n) => `${prefix}-${hex(n + 1, digits.length)}`);
  },
  email: (value, once) => {
    const domain = value.endsWith(".gserviceaccount.com") ? "example-project.iam.gserviceaccount.com" : "example.com";
    return once("email", value, `email ${domain}`, (n) => `person-${n + 1}@${domain}`);
  },
  address: (value, once) => once("address", value, "address", (n) => {
    const nets = ["192.0.2", "198.51.100", "203.0.113"];
    return n < 762 ? `${nets[Math.floor(n / 254)]}.${(n % 254) + 1}` : `100.64.${n >> 8}.${n & 255}`;
  }),
  number: (value, once) => once("number", value, `number ${value.length}`, (n) => `9000${String(n + 1).padStart(Math.max(value.length - 4, 1), "0")}`),
  host: (value, once) => hostName(value, once),
};

/** The replacement in the case of the value. */
function cased(value, made) {
  if (!/[a-z]/.test(value)) return made.toUpperCase();
  return /[A-Z]/.test(value) ? made.replace(/^./, (first) => first.toLowerCase()) : made.toLowerCase();
}
