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
  roles: (Role & { grants: Grant[]; others: { principal: string; statement: number }[]; unknown: string | null })[];
  not_analysed: NotAnalysed[];
  errors: Broken[];
  notes: string[];
}
export interface Glance {
  schema_version: number;
  roles: (Role & { sentence: string; open: boolean | null; worst: Severity | null })[];
  service_accounts: { location: Location; sentence: string; help: string; gets_in: boolean | null }[];
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
export interface CanAssumeResult {
  schema_version: number;
  notes: string[];
  decisions: {
    role: Role | null;
    decision: "allowed" | "denied" | "unknown";
    stage: "token" | "provider" | "policy";
    objection: string | null;
    trace: {
      statement: number;
      effect: "Allow" | "Deny" | "invalid";
      matched: boolean | null;
      because: { what: string; pointer: string; holds: boolean | null; message: string; location: Location }[];
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
export function canAssume(documents: Document[], caller: Caller, options?: Options): CanAssumeResult;
export function why(
  documents: Document[],
  question?: { role?: string; serviceAccount?: string; error?: string },
  options?: Options,
): WhyResult;
export function rules(): Promise<Rule[]>;
/** The page of one rule, or of a family's rules; none where there is no such name. */
export function explain(name: string): Promise<RulePage[]>;
