// Secrets in documents: those whose shape is certain are taken out, always; those that only a name suggests are warned of. No finding needs one.

const QUOTED = "[\\\\\"']{0,3}\\s{0,4}[:=]\\s{0,4}[\\\\\"']{0,3}";
// A noun, the shape, what stands there afterwards.
const SECRETS = [
  ["private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, "private-key-removed"],
  ["private key", new RegExp(`(?<=client-key-data${QUOTED})[A-Za-z0-9+/=]{40,}`, "g"), "cmVtb3ZlZA=="],
  ["private key", /LS0tLS1CRUdJTi[A-Za-z0-9+/]{0,14}(?:UFJJVkFURSBLRVkt|BSSVZBVEUgS0VZL|QUklWQVRFIEtFWS)[A-Za-z0-9+/=]+/g, "cmVtb3ZlZA=="],
  ["token", /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g, "token-removed"],
  ["token", /(?<![A-Za-z0-9+/])ZXlK[A-Za-z0-9+/]{40,}={0,2}/g, "cmVtb3ZlZA=="],
  ["token", /(?<![A-Za-z0-9_])(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|hvs\.[\w-]{20,}|[A-Za-z0-9]{14}\.atlasv1\.[\w-]{30,})/g, "token-removed"],
  ["secret access key", new RegExp(`(?<=secret_?access_?key${QUOTED})(?!wJalrXUtnFEMI)[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])`, "gi"), "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"],
  ["session token", new RegExp(`(?<=(?:session_?token|security_?token)${QUOTED})[A-Za-z0-9/+=]{60,}`, "gi"), "token-removed"],
];

/** The text without its secrets; `removed` counts them by noun. */
export function withoutSecrets(text, removed) {
  for (const [noun, shape, instead] of SECRETS) {
    text = text.replace(shape, () => {
      removed.set(noun, (removed.get(noun) ?? 0) + 1);
      return instead;
    });
  }
  return text;
}

const KUBERNETES_SECRET = /(?:^|[{,\s])["']?kind["']?\s*:\s*["']?Secret["']?\s*(?:[,}\n\r]|$)/;
const VALUES = /["']?(?:data|stringData)["']?\s*:\s*(?:\{\s*["'][^"']|[\r\n]+\s+\S)/;
const SUSPECT = /(?<![\w.-])([\w.-]{0,40}?(?:client_?secret|password|passwd|passphrase|api_?key|auth_?token|access_?token|private_?key))["']?\s*[:=]\s*["']?([^\s"'{}$,<>]{8,200})/gi;
const HARMLESS = /^(?:\/|arn:|https?:|secrets\.|var\.|local\.|data\.|module\.|file\(|true|false|null|token-removed|private-key-removed|[\w.-]*example|wJalrXUtnFEMI)/i;

/** What in a text may be a secret and stays: sentences. */
export function warnings(name, text) {
  const found = [];
  if (KUBERNETES_SECRET.test(text) && VALUES.test(text)) found.push(`${name} holds a Kubernetes Secret: its values stay readable. Close that document, or take the values out first.`);
  const keys = new Set();
  for (const [, key, value] of text.matchAll(SUSPECT)) if (!HARMLESS.test(value)) keys.add(key.replace(/^[.-]+/, ""));
  if (keys.size) found.push(`${name} has a value under ${[...keys].slice(0, 3).join(", ")}: look whether it is a secret.`);
  if (/"terraform_version"/.test(text) && /"sensitive(?:_values|_attributes)"/.test(text)) found.push(`${name} comes from Terraform, which writes passwords of databases and the like in plain text.`);
  return found;
}
