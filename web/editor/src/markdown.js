// The findings as Markdown, to paste into an issue or a review. Made of the answer's JSON alone. Pure.

/** `answer` is the engine's overview. */
export function markdown({ check, who, glance }) {
  const parts = ["# irsa-lint"];
  const sentences = [...glance.roles, ...glance.service_accounts].map(({ sentence }) => `- ${prose(sentence)}.`);
  if (sentences.length) parts.push(sentences.join("\n"));
  parts.push("## Findings");
  const worst = ["error", "warning", "info"].flatMap((severity) => check.diagnostics.filter((found) => found.severity === severity));
  parts.push(worst.length ? worst.map(finding).join("\n\n") : check.errors.length ? "Something could not be read." : "Nothing to report.");
  list(parts, "Could not be read", check.errors.map(({ message, location }) => prose(message) + at(location)));
  if (who.roles.length) parts.push("## Who gets in", table(who.roles));
  list(parts, "Not analysed", check.not_analysed.map(({ message, location }) => prose(message) + at(location)));
  list(parts, "Taken for granted", check.notes.map(prose));
  return `${parts.join("\n\n")}\n`;
}

function list(parts, title, items) {
  if (items.length) parts.push(`## ${title}`, items.map((item) => `- ${item}`).join("\n"));
}

function finding({ rule, severity, message, help, location, witness }) {
  const lines = [`- **${severity}** ${prose(message)}${at(location)} (${code(rule)})`];
  if (witness) {
    const audience = witness.audience ? ` for ${code(witness.audience)}` : "";
    const residual = witness.residual.length ? `, where ${witness.residual.map(code).join(", ")} allows it` : "";
    lines.push(`  Lets in ${code(witness.subject)}${audience} from ${code(witness.issuer)}${residual}`);
  }
  lines.push(`  ${prose(help)}`);
  return lines.join("\n\n");
}

const at = (location) => (location ? ` at ${code(`${location.path}:${location.start.line}`)}` : "");

function table(roles) {
  const rows = roles.flatMap((role) => {
    const name = role.name ?? role.arn ?? "this role";
    if (role.unknown) return [[code(name), "", `not known: ${prose(role.unknown)}`, ""]];
    if (!role.grants.length) return [[code(name), "", "no token of any OIDC provider", ""]];
    return role.grants.map((grant) => {
      const where = [...grant.claims.map(prose), ...(grant.residual.length ? [`if ${grant.residual.map(code).join(", ")} allows it`] : [])];
      return [code(name), code(grant.issuer), [prose(grant.subjects), ...where].join("; "), audiences(grant.audiences)];
    });
  });
  const row = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replace(/[\r\n]+/g, " ")).join(" | ")} |`;
  return [row(["Role", "From", "Whom", "Audience"]), "| --- | --- | --- | --- |", ...rows.map(row)].join("\n");
}

function audiences(asked) {
  if (typeof asked === "string") return "any";
  const [listed, except] = Array.isArray(asked) ? [asked, []] : [asked.like, asked.except];
  return `${Array.isArray(asked) ? "" : "like "}${listed.map(code).join(", ")}${except.length ? ` but not ${except.map(code).join(", ")}` : ""}`;
}

/** A sentence of the engine, which sets names in backticks. The rest is escaped: names in documents are anybody's, and must not become links or markup. */
function prose(text) {
  const parts = text.split("`");
  return parts.map((part, place) => (place % 2 && place < parts.length - 1 ? code(part) : plain(part))).join("");
}
const plain = (text) => text.replace(/[\\*_[\]<>#|!~]/g, "\\$&").replace(/\s+/g, " ");
function code(text) {
  const ticks = "`".repeat(Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length)) + 1);
  const space = /^`|`$/.test(text) ? " " : "";
  return ticks + space + text.replace(/[\r\n]+/g, " ") + space + ticks;
}
