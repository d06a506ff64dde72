// What the picture and the comparison need of the page: how wide something is, the texts as they are now, files for the earlier state.
import * as editor from "./editor.js";
import { pick } from "./files.js";

/** Tells how wide an element is, now and whenever that changes; the answer ends it. */
export function watchWidth(element, told) {
  const watch = new ResizeObserver(([{ contentRect }]) => told(Math.floor(contentRect.width)));
  watch.observe(element);
  return () => watch.disconnect();
}

/** The texts of documents, a list of `[id, name]`, as a list of `{name, text}`. */
export const texts = (documents) => JSON.stringify(JSON.parse(documents).map(([id, name]) => ({ name, text: editor.text(id) })));

/** Files that a person chooses, as a list of `{name, text}`; nothing where none is chosen. */
export function chooseTexts(chosen) {
  pick(false, async (files) => {
    const read = files.map(async (file) => ({ name: file.name, text: await file.text() }));
    chosen(JSON.stringify(await Promise.all(read)));
  });
}
