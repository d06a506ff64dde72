// A document too large for a text editor: its bytes stay in their file, a stretch of them is shown and cannot be changed. The engine reads it whole.
import { EditorState } from "@codemirror/state";
import { EditorView, showPanel } from "@codemirror/view";

/** A text of so many characters, or a file of so many bytes, is large. */
export const LARGE = 1_000_000;
const STRETCH = 64_000;

export class Large {
  found = [];
  #from = 0;
  #bytes = new Uint8Array();

  /** `shown(state)` is called with every stretch that is to be seen. */
  constructor(blob, extensions, shown) {
    Object.assign(this, { blob, extensions, shown });
  }

  state(text) {
    const line = () => ({ dom: this.#line(), top: true });
    return EditorState.create({
      doc: text,
      extensions: [
        ...this.extensions, EditorView.lineWrapping, EditorState.readOnly.of(true), showPanel.of(line),
        EditorView.contentAttributes.of({ "aria-label": "Document, a part of it", "aria-readonly": "true", tabindex: "0" }),
      ],
    });
  }

  /** Shows the stretch around a byte. */
  async read(byte) {
    const from = Math.max(0, Math.min(byte - STRETCH / 2, this.blob.size - STRETCH));
    const read = (begin, end) => this.blob.slice(begin, end).arrayBuffer().then((buffer) => new Uint8Array(buffer), () => new Uint8Array());
    const [head, around] = await Promise.all([read(0, 2), read(from - (from % 2), from + STRETCH)]);
    const mark = head[0] << 8 | head[1];
    const encoding = { 0xfffe: "utf-16le", 0xfeff: "utf-16be" }[mark] ?? "utf-8";
    // A stretch of UTF-8 begins with a whole character.
    let skipped = 0;
    if (encoding === "utf-8") while (skipped < 3 && (around[skipped] & 0xc0) === 0x80) skipped++;
    this.#from = from - (from % 2) + skipped;
    this.#bytes = around.subarray(skipped);
    this.decoder = new TextDecoder(encoding, { ignoreBOM: true });
    this.shown(this.state(this.decoder.decode(this.#bytes)));
  }

  /** Makes sure that a byte is seen, with something around it. */
  async reach(byte) {
    const near = Math.min(2000, byte);
    const seen = this.#from <= byte - near && byte + 2000 <= this.#from + this.#bytes.length;
    if (!seen) await this.read(byte);
  }

  /** Where a location lies in what is shown; nothing if it is elsewhere. */
  range({ start, end }) {
    const [from, to] = [start.offset - this.#from, end.offset - this.#from];
    if (from < 0 || from >= this.#bytes.length) return undefined;
    // Line ends count one in the editor, whatever they are.
    const length = (bytes) => this.decoder.decode(this.#bytes.subarray(0, bytes)).replace(/\r\n/g, "\n").length;
    return { from: length(from), to: length(Math.min(to, this.#bytes.length)) };
  }

  #line() {
    const dom = document.createElement("div");
    dom.className = "large";
    const [from, to] = [this.#from, this.#from + this.#bytes.length];
    const whole = document.createElement("strong");
    whole.textContent = `${megabytes(this.blob.size)}, analysed whole. `;
    const shown = document.createElement("span");
    const place = from === 0 ? `the first ${Math.round(to / 1000)} kB` : `${Math.round((to - from) / 1000)} kB from ${megabytes(from)} on`;
    shown.textContent = `Too large to edit here: this is ${place}. Findings lead to their places.`;
    dom.append(whole, shown);
    return dom;
  }
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
