// Names in documents: namespaces, ServiceAccounts, roles, repositories, organizations. Names are taken apart into words, and a word that says whose
// it is becomes another word everywhere. So `payments-prod` and `payments-*` still fit together, and `kube-system` and `external-dns`, which
// everybody has and rules know, stay.

const NAME = "[A-Za-z0-9*?][\\w.*?@+=,/-]*";
const END_OF_VALUE = "(?=\\\\?[\"']|\\s*[,}\\]#\\n\\r]|\\s*$)";
// Where names stand: what follows these is one, or a path of several.
const PLACES = [
  new RegExp(`system:serviceaccounts?:(${NAME}(?::${NAME})?)`, "g"),
  new RegExp(`(?:repo|repository|project_path|namespace_path|organization|project|workspace|org|pipeline|job_workflow_ref):(${NAME})`, "g"),
  new RegExp(`(?:github|gitlab|bitbucket)\\.(?:com|org)[/:](${NAME})`, "g"),
  new RegExp(`workspaces/(${NAME})`, "g"),
  new RegExp(`/projects/(${NAME})`, "g"),
  new RegExp(`arn:aws[a-z-]*:(?!iam::[^:]*:oidc-provider)[a-z0-9-]*:[a-z0-9-]*:(?!aws:)[^:\\s"']*:(${NAME}(?::${NAME})*)`, "g"),
  new RegExp(`client_?id_?list\\\\?["']?\\s*[:=]\\s*(\\[[^\\]]{0,9999}\\])`, "gi"),
  // All values under a condition key of an issuer, but its audience.
  new RegExp(`[a-z0-9-]\\.[a-z]{2,}(?:/[^"':\\s]*)?:(?!aud)[a-z_]+\\\\?["']\\s*:\\s*(\\[[^\\]]{0,9999}\\]|\\\\?["'][^"'\\s]*)`, "g"),
  new RegExp(
    "(?:^|[\\s\"'{,.:/-])(?:name|generateName|namespace|serviceAccount(?:Name)?|service_account(?:_name)?|account_name|cluster(?:_?name)?|clusterName" +
      "|(?:Role|User|Group|Policy|InstanceProfile|Cluster)Name|(?:role|policy|user|group|bucket)_name|role|bucket|repository(?:_owner)?|secretName|app" +
      "|app\\.kubernetes\\.io/(?:name|instance|part-of)|organi[sz]ation|workspace|owner|team|project|tenant|customer|address|sub|environment|role-arn|role-to-assume|roleArn)" +
      `\\\\?["']?\\s*[:=]\\s*\\\\?["']?(${NAME})${END_OF_VALUE}`,
    "gm",
  ),
];

// Words that say nothing about whose documents these are: of the formats themselves, of software that everybody runs, and of everyday use.
const COMMON = new Set(
  (
    "address admin administrator agent agents aggregated alb alias all allow amazon amazonaws any api apis apiserver app application applications " +
    "apps arch architecture archive args arm arn assume assumed athena attach attachment audience audit auth author auto automation autoscaler " +
    "autoscaling aws awsservicerolefor azure backend backup backups bar base baz batch beta bind binding bitbucket bits blue boundary branch bucket " +
    "build builder buildkite builds bundle cache central certificate certificates chart charts check checkout chart cicd circleci cloud " +
    "cloudformation cloudfront cloudtrail cloudwatch cluster clusterrole clusters cmd cni code collector com command common component condition " +
    "config configmap configure configuration connector consumer container containers context contributor control controller controllers core cost " +
    "count cpu create creation credential credentials cron cronjob csi custom daemon daemonset data database datadog dashboard db debug default " +
    "delete demo deny deploy deployer deployment deployments destroy dev develop developer development devops dev dex directory disk dispatch dns " +
    "docker document dashboards domain driver drivers dynamodb ebs ec2 ecr ecs efs eks elb email enabled encryption engine engineer engineering " +
    "env environment environments esp event events example execute executor exporter external externaldns falco federated feature fetch file files " +
    "filter finance flux foo for frontend full function gateway gcp generic get git github gitlab gitops global google grafana green group groups " +
    "guest handler hashicorp head headless heads health helm helper host hosts hotfix hub iam iamrole id identity image images index infra " +
    "infrastructure ingest ingress init input inspector instance integration internal inventory iops irsa issuer issuers item items jenkins job " +
    "jobs json k8s karpenter keda key keycloak keys kind kms kops kube kubeconfig kubectl kubelet kubernetes label lambda latest lead legacy letsencrypt " +
    "level lib library live load loadbalancer local location lock log logger logging logs loki machine main maintenance manage managed management manager " +
    "manifest manifests master memory merge mesh meta metadata metric metrics migrate migration mimir mirror missing mode model module monitor monitoring " +
    "mount mysql name names namespace namespaces nat network networking new nginx nightly node nodegroup nodes none nonprod north northeast notify oauth " +
    "object observability oidc old ondemand operations operator ops org organization organizations other output owner package page path permission " +
    "permissions pipeline pipelines plan planner platform plugin pod podidentity pods policies policy pool postgres postgresql poweruser preprod " +
    "prefix preview previews principal private prod prod1 production profile program project projects prometheus promtail provider providers provisioner " +
    "proxy public publish publisher pull push query queue random rbac rds reader readonly read ready redis ref refs region registry release releases " +
    "remote replica report reporting repo repos repositories repository request requests reserved resource resources rest restricted review root " +
    "rotate route route53 router rule rules run runner runners runs s3 sample sandbox scale scaler scan scanner schedule scheduler script search secret secrets " +
    "secretsmanager secure security selector self send server servers serverless service serviceaccount serviceaccounts services session set sets setup shared " +
    "shell short simple single site sns source south southeast spec sqs staging stable stack stage standard start state statefulset stateless " +
    "statement static status step store storage stream string sts sub subject subnet sync system tag tags target task tasks team teams temp " +
    "template templates tempo tenant tenants terraform test tester testing tests the thanos this time token tokens tool tools trace traefik trigger trust type types " +
    "uat unit update upload uploader use user users util utils validate value values var vault velero version vpc watch wave web webhook webidentity west " +
    "wildcard with worker workers workflow workflows workload workloads workspace workspaces write writer www yaml your zone zones east cert " +
    "certmanager argo argocd crossplane actions action arc fluent fluentbit kiali istio linkerd opentelemetry otel sentry snapshot snapshotter load " +
    "balancer descheduler spark airflow mlflow jupyter elastic elasticsearch kibana opensearch kafka rabbitmq mongo mongodb clickhouse trino hive presto " +
    "gha atlantis backstage sonarqube nexus harbor minio longhorn rook ceph kyverno gatekeeper opa trivy cilium calico coredns tags merged " +
    "first second third one two three left right front back top bottom small big large blue green red north south east west gov northeast southwest " +
    "http https tls ssl tcp udp arm64 amd64 linux ubuntu windows amazonlinux bottlerocket spot gpu kubesystem kubepublic everyone anyone nobody anonymous " +
    "role roles account accounts aud phase association podidentityassociation apply kubeflow addon addons cli connection connect openid openshift " +
    "spinnaker clouddriver spin adapter etcd tofu profiles editor eso ack kanister falcosidekick x64 yml access fluentd clients githubusercontent pca privateca " +
    "client load next media upbound logcollector instances tasks rolename arns sessions authenticated unauthenticated serviceaccountname rolearn acme octo octocat org1 mine subjects pullrequest refname reftype null true false"
  ).split(" "),
);
// What stands for them. A document that has been scrubbed already has some.
const WORDS = ("alfa bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo sierra tango uniform " +
  "victor whiskey xray yankee zulu").split(" ");
const OWN = new RegExp(`^(?:${WORDS.join("|")})+\\d*[m-z]?$`);
// With more words nobody looks for misspelt ones.
const MOST = 2000;
const MADE = /^(?:example\w*|host|person|removed)$|EXAMPLE|^(?:AWS|Amazon)[A-Z]/;
// What generators append: rules know it by its looks.
const HASH = /^(?=.*\d)(?:[0-9a-f]{6,}|[0-9bcdfghjklmnpqrstvwxz]{5})$/;
// An escape in a JSON string is no part of the word after it.
const WORD = /\\[nrt]|[A-Za-z0-9]+/g;

/** The documents with other names in them. `note(from, to)` hears of each word that was replaced. */
export function rename(documents, note) {
  const words = new Map(); // In lower case: in which writings.
  const open = new Set(); // Words that a wildcard goes on.
  for (const { name, text } of documents) collect(`${name}\n${text}`, words, open);
  const names = chosen(words, open, documents);
  const clean = (text) => text.replace(WORD, (word) => {
    const to = names.get(word);
    if (to === undefined) return word;
    note(word, to);
    return to;
  });
  return documents.map(({ name, text }) => ({ name: clean(name), text: clean(text) }));
}

function collect(text, words, open) {
  for (const place of PLACES) {
    for (const [, name] of text.matchAll(place)) {
      for (const { 0: word, index } of name.matchAll(/[A-Za-z0-9]+/g)) {
        const plain = word.toLowerCase();
        if (plain.length < 3 || /^\d+$/.test(plain) || COMMON.has(plain) || OWN.test(plain) || MADE.test(word)) continue;
        if (HASH.test(plain) || (plain.length > 4 && [...COMMON].some((common) => nearly(plain, common)))) continue;
        words.set(plain, words.get(plain) ?? new Set());
        if (/^[*?]/.test(name.slice(index + word.length))) open.add(plain);
      }
    }
  }
  // Other writings of the same words, wherever they stand.
  for (const word of text.match(WORD) ?? []) words.get(word.toLowerCase())?.add(word);
}

/** For each writing of each word what stands for it. */
function chosen(words, open, documents) {
  const present = new Set(documents.flatMap(({ text }) => text.match(WORD) ?? []).map((word) => word.toLowerCase()));
  let next = 0;
  const fresh = () => {
    for (;;) {
      const round = Math.floor(next / WORDS.length);
      const word = WORDS[next++ % WORDS.length] + (round ? round + 1 : "");
      if (!present.has(word)) return word;
    }
  };
  const names = new Map();
  const made = new Map();
  const openFirst = [...words.keys()].sort((a, b) => open.has(b) - open.has(a) || a.length - b.length);
  for (const word of openFirst) {
    // `pay*` and `payments`: the replacement begins with the replacement.
    const start = [...open].filter((start) => start !== word && word.startsWith(start) && made.has(start)).sort((a, b) => b.length - a.length)[0];
    const near = start === undefined && words.size < MOST ? [...made.keys()].find((other) => nearly(word, other)) : undefined;
    made.set(word, near !== undefined ? misspelt(made.get(near), made) : (start === undefined ? "" : made.get(start)) + fresh());
    for (const writing of words.get(word)) names.set(writing, written(writing, made.get(word), names));
  }
  return names;
}

/** Whether one letter more, less or other makes one word of the other. */
function nearly(a, b) {
  if (Math.abs(a.length - b.length) > 1 || a.length < 5 || a === b) return false;
  let front = 0;
  while (front < a.length && a[front] === b[front]) front++;
  const rest = (text, from) => text.slice(from);
  return rest(a, front + 1) === rest(b, front + 1) || rest(a, front) === rest(b, front + 1) || rest(a, front + 1) === rest(b, front);
}
/** A word as nearly like another as the words were that they stand for. */
function misspelt(word, made) {
  const used = new Set(made.values());
  return [..."xyzwvutsrqponm"].map((letter) => word + letter).find((close) => !used.has(close)) ?? `${word}${made.size}`;
}

/** A word in the case of another. */
function written(like, word, names) {
  if (like === like.toLowerCase()) return word;
  if (like === like.toUpperCase()) return word.toUpperCase();
  const capital = /^[A-Z]/.test(like) ? word[0].toUpperCase() + word.slice(1) : word;
  if (like.slice(1) === like.slice(1).toLowerCase()) return capital;
  // Capitals inside: some other letter, so that two writings of one word stay two.
  const used = new Set(names.values());
  for (let at = 1; at < word.length; at++) {
    const inner = capital.slice(0, at) + capital[at].toUpperCase() + capital.slice(at + 1);
    if (!used.has(inner)) return inner;
  }
  return capital;
}
