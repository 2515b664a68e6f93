// Coloured marks under the words of a textarea. A layer holds the same text as one piece, since a text in pieces is
// some 64ths of a pixel wider and breaks its lines elsewhere at one width in a hundred; the marks are laid where the
// browser says that the words are.

import { groupClass } from "./words.js";

/** What stands for a group where words are no language. */
export const IGNORED = "ignored";

export class Marks {
  /**
   * @param layer lies exactly under the textarea and breaks lines as it does
   * @param holder lies on the layer; the marks are put into it
   */
  constructor(layer, holder) {
    Object.assign(this, { layer, holder, spans: [] });
    this.words = document.createTextNode("");
    layer.replaceChildren(this.words);
    new ResizeObserver(() => this.#place()).observe(layer);
  }

  show(text, spans) {
    // A last line break needs something after it to take up its line, as it does in a textarea.
    this.words.data = `${text}\u200b`;
    this.spans = spans;
    this.#place();
  }

  /** Lights up the marks of a span, or no longer. */
  light(index, on) {
    for (const mark of this.holder.querySelectorAll(`[data-span="${index}"]`)) mark.classList.toggle("is-lit", on);
  }

  #place() {
    const origin = this.layer.getBoundingClientRect();
    const range = document.createRange();
    const marks = this.spans.flatMap((span, index) => {
      range.setStart(this.words, span.start);
      range.setEnd(this.words, span.end);
      return joined([...range.getClientRects()]).map((box) => mark(span, index, box, origin));
    });
    this.holder.replaceChildren(...marks);
  }
}

/** Boxes that touch on one line are one: a space at a line's end has a box of its own. */
function joined(boxes) {
  const all = [];
  for (const { left, right, top, width, height } of boxes) {
    const last = all.at(-1);
    if (last && last.top === top && Math.abs(last.right - left) < 1) {
      last.right = right;
      last.width = right - last.left;
    } else if (width > 0) all.push({ left, right, top, width, height });
  }
  return all;
}

function mark({ group }, index, box, origin) {
  const element = document.createElement("span");
  element.className = `mark ${group === IGNORED ? "is-ignored" : groupClass(group)}`;
  element.dataset.span = index;
  const place = { left: box.left - origin.left, top: box.top - origin.top, width: box.width, height: box.height };
  for (const [side, pixels] of Object.entries(place)) element.style.setProperty(side, `${pixels}px`);
  return element;
}
