// The shapes are those of `irsa-lint --format json`; docs/schema/check.schema.json describes the findings. Fields may be added, never changed.

export interface Document {
  path: string;
  text: string;
  /** It is ours whatever it holds: a text that cannot be read is an error then, and not passed over. */
  pasted?: boolean;
}
export interface Options {
  /** The account of roles that do not state theirs. */
  account?: string;
  /** The issuer of the cluster that Kubernetes objects belong to. */
  clusterIssuer?: string;
  /** Which role a file's bare trust policy belongs to: path to ARN. */
  roleOf?: Record<string, string>;
  /** What every document is. */
  kind?: string;
  /** Rules or families to run; none: all. */
  select?: string[];
  /** Rules or families to leave out. */
  ignore?: string[];
}
export type Severity = "error" | "warning" | "info";
export interface Point { line: number; column: number; offset: number }
export interface Location { path: string; pointer?: string; start: Point; end: Point }
export interface Witness {
  issuer: string;
  subject: string;
  audience: string | null;
  claims: { name: string; value: string }[];
  residual: string[];
}
export interface Fix { applicability: "safe" | "unsafe"; message: string; edits: { location: Location; text: string }[] }
export interface Diagnostic {
  rule: string;
  severity: Severity;
  message: string;
  help: string;
  url: string;
  location: Location;
  related: { location: Location; message: string }[];
  witness: Witness | null;
  nobody?: string;
  fix: Fix | null;
}
export interface Broken { path: string | null; location: Location | null; message: string }
export interface NotAnalysed { location: Location; message: string }
export interface CheckResult {
  schema_version: number;
  tool: { name: string; version: string };
  diagnostics: Diagnostic[];
  errors: Broken[];
  not_analysed: NotAnalysed[];
  summary: { files: number; roles: number; service_accounts: number; errors: number; warnings: number; infos: number };
  notes: string[];
}
export interface Role { address: string | null; name: string | null; arn: string | null; account: string | null; location: Location }
export interface Grant {
  issuer: string;
  admits: "nobody" | "listed" | "some" | "everyone" | "unknown";
  audiences: "any" | string[] | { like: string[]; except: string[] };
  unbounded: string[];
  examples: string[];
  residual: string[];
  provider: string | null;
  subjects: string;
  claims: string[];
  statements: number[];
}
export interface WhoResult {
  schema_version: number;
  roles: (Role & { grants: Grant[]; others: { principal: string; statement: number }[]; unknown: string | null; denied: string[] })[];
  not_analysed: NotAnalysed[];
  errors: Broken[];
  notes: string[];
}
export interface Glance {
  schema_version: number;
  roles: (Role & { sentence: string; open: boolean | null; worst: Severity | null })[];
  service_accounts: { location: Location; sentence: string; help: string; gets_in: boolean | null }[];
}
/** In order; proved to be broken; proved not to be there; not to be told from these documents. */
export type ChainState = "ok" | "broken" | "missing" | "unknown";
export interface Chains {
  schema_version: number;
  roles: {
    /** null: a role that only ServiceAccounts name. */
    role: Role | null;
    nodes: {
      /** Unique in its role's picture. */
      id: string;
      /** `cluster`: a cluster, or another issuer (GitHub Actions, …). */
      kind: "cluster" | "provider" | "policy" | "role" | "service_account" | "workload" | "ci_job" | "association";
      label: string;
      detail: string;
      location: Location | null;
      state: ChainState;
    }[];
    links: {
      from: string;
      to: string;
      label: string;
      state: ChainState;
      /** One sentence; empty where there is nothing to say. */
      reason: string;
      /** The id of the rule that found it. */
      rule: string | null;
    }[];
    /** "and 40 more" of this kind lead to that node. */
    more: { of: string; kind: string; count: number }[];
  }[];
}
export interface Caller {
  /** Name, ARN or address of the role, where there are several. */
  role?: string;
  issuer: string;
  /** NAMESPACE/NAME; or else `subject`. */
  serviceAccount?: string;
  subject?: string;
  /** `sts.amazonaws.com` where none is given. */
  audience?: string;
  claims?: Record<string, unknown>;
}
export interface TokenQuestion {
  /** A JWT, its payload, or what a command printed that holds one. It is in no answer. */
  token: string;
  /** Name, ARN or address of a role; none: the first 24 roles. */
  role?: string;
  /** Seconds since 1970; without it nothing is said about times. */
  now?: number;
}
export interface Token {
  verified: false;
  /** The token in one sentence. */
  summary: string;
  /** "expired 2026-01-01 00:00:00 UTC, 3 hours ago" */
  expiry: string | null;
  /** What STS has against it; `refused`: at any time, and not only now. */
  remarks: { refused: boolean; message: string; help: string }[];
  issuer: string;
  subject: string | null;
  audience: string[];
  /** `{}` stands for an object, which no condition key shows. */
  claims: Record<string, string | string[] | null | Record<string, never>>;
  /** Seconds since 1970. */
  expires: number | null;
  /** The remarks' messages, then what else STS makes of it. */
  notes: string[];
}
export interface CanAssumeResult {
  schema_version: number;
  notes: string[];
  /** Of `tryToken` alone; else null. */
  token: Token | null;
  decisions: {
    role: Role | null;
    decision: "allowed" | "denied" | "unknown";
    stage: "token" | "provider" | "policy";
    objection: string | null;
    trace: {
      statement: number;
      /** How a sentence names it. */
      name: string;
      location: Location;
      effect: "Allow" | "Deny" | "invalid";
      matched: boolean | null;
      because: {
        what: "principal" | "action" | "condition";
        pointer: string;
        holds: boolean | null;
        message: string;
        location: Location;
        /** Of conditions: the policy's values and the token's; none found: the token lacks it; null: no token decides. */
        compared?: { operator: string; key: string; wanted: string[]; found: string[] | null };
      }[];
    }[];
    nearest: { subject: string; message: string } | null;
  }[];
  errors: Broken[];
}
export interface WhyResult {
  schema_version: number;
  notes: string[];
  chain: { link: string; holds: boolean | null; message: string; help: string; location: Location | null }[];
  broken: number | null;
  error: { id: string; proves: string; causes: string; in_order: string[]; at_fault: string[] } | null;
  errors: Broken[];
}
export interface Moved extends Grant {
  /** The other state refuses these tokens for certain; else it lets them in where the keys of `only_where` allow it. */
  outright: boolean;
  only_where: string[];
}
export interface CompareResult {
  schema_version: number;
  roles: {
    /** As in the later state, where it is in that. */
    role: Role;
    present: "both" | "before" | "after";
    /** "none" is proved; what is known is said even where `unknown` says that it may not be all. */
    change: "none" | "wider" | "narrower" | "both" | "unknown";
    /** Their examples are let in by the later trust policy and refused by the earlier one. */
    added: Moved[];
    /** The other way round. */
    removed: Moved[];
    /** `AWS: arn:…`, `Service: …` */
    principals_added: string[];
    principals_removed: string[];
    /** Why it is not known whether that is all. */
    unknown: string | null;
    sentence: string;
  }[];
  /** Of both states. */
  errors: Broken[];
}
export interface Rule {
  id: string;
  severity: Severity;
  severity_reason: string;
  family: string;
  summary: string;
  fix: "none" | "safe" | "unsafe";
  url: string;
}
export interface RulePage extends Rule {
  why: string;
  how_to_fix: string;
  references: string[];
  examples: { found: boolean; files: { name: string; text: string }[] }[];
}

/** Loads the module: from beside this file in a browser, or from the bytes given (node: `readFileSync`). Before anything else. */
export function init(bytes?: BufferSource | WebAssembly.Module): Promise<void>;
export function check(documents: Document[], options?: Options): CheckResult;
export function who(documents: Document[], options?: Options): WhoResult;
export function inspect(documents: Document[], options?: Options): Record<string, unknown>;
export function glance(documents: Document[], options?: Options): Glance;
/** The picture of each of the first 24 roles. */
export function chain(documents: Document[], options?: Options): Chains;
export function canAssume(documents: Document[], caller: Caller, options?: Options): CanAssumeResult;
/** Throws a sentence where the text is no token. */
export function tryToken(documents: Document[], question: TokenQuestion, options?: Options): CanAssumeResult;
export function why(
  documents: Document[],
  question?: { role?: string; serviceAccount?: string; error?: string; token?: string; now?: number },
  options?: Options,
): WhyResult;
/** Who is newly let in and who is shut out, role by role. */
export function compare(before: Document[], after: Document[], options?: Options): CompareResult;
export function rules(): Promise<Rule[]>;
/** The page of one rule, or of a family's rules; none where there is no such name. */
export function explain(name: string): Promise<RulePage[]>;
