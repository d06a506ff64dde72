// The documents that the repository holds for tests, and what the command line says of them.
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

export const root = new URL("../../", import.meta.url).pathname;
export const binary = `${process.env.CARGO_TARGET_DIR ?? `${root}target`}/debug/irsa-lint`;

/** The seed, and each rebuilt failure with its corrected form where it has one. */
export function folders() {
  const failures = `${root}tests/fixtures/failures/`;
  const all = [`${root}examples/seed`];
  for (const name of readdirSync(failures)) {
    all.push(failures + name);
    if (readdirSync(failures + name).includes("fixed")) all.push(`${failures}${name}/fixed`);
  }
  return all;
}
export const names = (folder) => readdirSync(folder).filter((name) => /\.(json|ya?ml)$/.test(name) && name !== "expect.json").sort();
export const documents = (folder) => names(folder).map((path) => ({ path, text: readFileSync(`${folder}/${path}`, "utf8") }));

/** What the command line prints in JSON, run in a folder; what it complains of where it prints nothing. */
export function cli(folder, ...args) {
  const { stdout, stderr, error } = spawnSync(binary, [...args, "--format", "json"], { cwd: folder, encoding: "utf8" });
  if (error) throw error;
  return stdout.trimEnd() || stderr;
}
