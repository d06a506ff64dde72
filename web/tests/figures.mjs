// What was measured, for the test report: target/page-shots/figures.json.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shots } from "./browser.mjs";

const file = join(shots, "figures.json");

/** Says a figure and writes it down. */
export function figure(t, name, value, words) {
  t.diagnostic(words);
  let all = {};
  try { all = JSON.parse(readFileSync(file, "utf8")); } catch { /* the first one */ }
  writeFileSync(file, JSON.stringify({ ...all, [name]: value }, null, 2));
}

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
