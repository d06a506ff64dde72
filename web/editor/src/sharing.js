// What is fetched only when it is needed: links, archives, scrubbing, findings as Markdown. A file of its own, so that the page starts without it.
export { markdown } from "./markdown.js";
export { scrub } from "./scrub.js";
export { LONGEST, documentsOf, fragment } from "./share.js";
export { entries, zip } from "./zip.js";
