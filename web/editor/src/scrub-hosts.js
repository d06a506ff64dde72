// Host names in documents: which belong to somebody, and what stands for them. A dotted word is a host only where something says so (a URL, an
// issuer, a condition key): file names, Terraform addresses and API groups have dots too.

// Hosts that everybody meets: the services that IAM, Kubernetes and CI name.
const EVERYBODYS = [
  "amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "amazonwebservices.com.cn", "amazonwebservices.eu", "api.aws", "aws", "amazon.com", "amazoncognito.com", "awsapps.com",
  "github.com", "githubusercontent.com", "ghcr.io", "gitlab.com", "bitbucket.org", "atlassian.com", "circleci.com", "buildkite.com", "codefresh.io", "harness.io",
  "terraform.io", "hashicorp.com", "opentofu.org", "pulumi.com", "spacelift.io", "scalr.io", "env0.com", "depot.dev", "namespaceapis.com", "buddyusercontent.com", "vercel.com",
  "google.com", "googleapis.com", "gcr.io", "pkg.dev", "azure.com", "azure.net", "microsoftonline.com", "windows.net", "microsoft.com", "appleid.apple.com", "facebook.com",
  "kubernetes.io", "k8s.io", "kubernetes.default.svc", "cluster.local", "svc", "docker.io", "docker.com", "quay.io", "openshift.com", "openshiftapps.com", "redhat.com",
  "letsencrypt.org", "json-schema.org", "w3.org", "apache.org", "argoproj.io", "helm.sh", "cncf.io", "fly.io", "tailscale.com", "example.com", "example.org", "example.net",
  "example", "localhost", "local", "internal",
];
// Hosts whose first part is a customer's.
const TENANTS = /\.((?:eu\.|us\.|au\.|jp\.)?auth0\.com|okta(?:preview)?\.com|onelogin\.com|cloudfront\.net|ghe\.com|semaphoreci\.com|(?:[a-z0-9-]+\.)?(?:elb|rds|es|cache|execute-api)\.(?:[a-z0-9-]+\.)?amazonaws\.com|s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?|blob\.core\.windows\.net|vault\.azure\.net)$/;
// First parts that say what runs there, not whose it is; the engine tells GitLab and others by them.
const TELLING = /^(gitlab|git|code|scm|tfe|terraform|jenkins|vault|keycloak|oidc|auth|login|sso|api|argocd|github|teleport|spire|issuer)\./;
const HOST = "(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,24}";
const CLAIM = "(?:sub|aud|azp|amr|iss|oaud|[a-z_]{3,30}|[a-z]+\\.[a-z./]+)";
const SECOND_LEVEL = /^(co|com|net|org|gov|ac|edu)$/;

const FILES = /\.(json|ya?ml|tf|tfvars|tfstate|tmpl|tpl|j2|py|js|ts|sh|go|rs|txt|md|log|xml|toml|hcl)$/;

const known = (host) => EVERYBODYS.some((own) => host === own || host.endsWith(`.${own}`));
// Also what a scrub made itself.
const isOurs = (host) => /(^|\.)host-\d+\./.test(host);

/** The hosts in a text, and a pattern that finds them and all below their domains. */
export function hostsOf(text) {
  const places = [`image["']?:\\s*["']?(${HOST})/`, `https?://(${HOST})`, `oidc-provider/(${HOST})`, `["'](${HOST})(?:/[^"'\\\\:\\s]*)?:${CLAIM}\\\\?["']`];
  const found = new Set();
  const add = (host) => {
    const plain = host.toLowerCase();
    if (isOurs(plain) || FILES.test(plain)) return;
    if (TENANTS.test(plain)) found.add(plain);
    else if (!known(plain)) found.add(domain(plain));
  };
  for (const place of places) {
    for (const [whole, host] of text.matchAll(new RegExp(place, "g"))) {
      add(host);
      // An issuer in a bucket has the cluster's name for a path.
      const after = new RegExp(`${escaped(host)}/(${HOST})`).exec(whole);
      if (after && TENANTS.test(host)) add(after[1]);
    }
  }
  for (const [, host] of text.matchAll(new RegExp(`s3[.-][a-z0-9.-]*amazonaws\\.com(?:\\.cn)?/(${HOST})`, "g"))) add(host);
  const each = [...found].sort((a, b) => b.length - a.length).map((host) => (TENANTS.test(host) ? escaped(host) : `(?:[A-Za-z0-9-]+\\.)*${escaped(host)}`));
  return { pattern: each.length ? `(?<![A-Za-z0-9.-])(?:${each.join("|")})(?![A-Za-z0-9-]|\\.[A-Za-z0-9])` : "" };
}

/** What stands for a host. */
export function hostName(value, once) {
  const host = value.toLowerCase();
  if (isOurs(host)) return value;
  const tenant = TENANTS.exec(host);
  if (tenant) return once("host", host, "host", (n) => `host-${n + 1}.${tenant[1]}`);
  const telling = TELLING.exec(host)?.[1];
  const front = telling ? `${telling}.` : "";
  return once("host", host, "host", (n) => `${front}host-${n + 1}.example.com`);
}

/** The part of a host name that somebody registered. */
function domain(host) {
  const parts = host.split(".");
  const kept = parts.length > 2 && SECOND_LEVEL.test(parts.at(-2)) && parts.at(-1).length === 2 ? 3 : 2;
  return parts.slice(-kept).join(".");
}

// As a pattern that asks for no case.
const escaped = (text) => text.replace(/[.-]/g, "\\$&").replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
