// The description box: a textarea over marks that colour its words. Both lie in one grid cell of one scrolling box, so
// scrolling and resizing cannot part them. It tells who listens what the words are about (event `found`).

import { countCodePoints, moveSpans, toUnits } from "./codepoints.js";
import { IGNORED, Marks } from "./marks.js";

const PAUSE_MS = 120;
const PATIENCE_MS = 3000;

export class DescriptionBox extends EventTarget {
  /**
   * @param elements `{input, layer, marks, count}`
   * @param parse `(text, signal) => Promise<{text, groups, ignored}>`; the last answer is in `answer`
   */
  constructor(elements, parse) {
    super();
    this.elements = elements;
    this.marks = new Marks(elements.layer, elements.marks);
    this.parse = parse;
    this.maxCharacters = null;
    this.text = "";
    this.spans = [];
    this.ignored = [];
    this.answer = null;
    this.groupOf = ({ group }) => group;
    this.timer = 0;
    this.asking = null;
    this.waiting = [];
    elements.input.addEventListener("input", () => this.#changed());
    this.#changed();
  }

  get value() {
    return this.elements.input.value;
  }

  /** Puts a text in, as a program does: the field's own undo does not know it. */
  set value(text) {
    this.elements.input.value = text;
    this.#changed();
  }

  setLimit(maxCharacters) {
    this.maxCharacters = maxCharacters;
    this.#showCount();
  }

  /** Asks again what the words are about: the server was away, or wanted a key. */
  refresh() {
    this.#changed();
  }

  /** Resolves when the groups of the present text are known, or cannot be, or take too long. */
  settled() {
    if (!this.timer && !this.asking) return Promise.resolve();
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    return Promise.race([late, new Promise((resolve) => this.waiting.push(resolve))]);
  }

  /** The span of this number where it is now, if it is still there. */
  span(number) {
    return this.spans.find((span) => span.number === number) ?? null;
  }

  /** Lights up the words of a span, or no longer. */
  light(number, on) {
    this.marks.light(this.spans.findIndex((span) => span.number === number), on);
  }

  #changed() {
    const text = this.elements.input.value;
    this.spans = moveSpans(this.spans, this.text, text);
    this.ignored = moveSpans(this.ignored, this.text, text);
    this.text = text;
    this.#mark();
    this.#showCount();
    clearTimeout(this.timer);
    this.asking?.abort();
    this.timer = 0;
    if (text.trim()) this.timer = setTimeout(() => this.#ask(text), PAUSE_MS);
    else this.#found(null);
  }

  async #ask(text) {
    const asking = new AbortController();
    this.timer = 0;
    this.asking = asking;
    let answer = null;
    try {
      answer = await this.parse(text, asking.signal);
    } catch {
      // Colours are a help, not a need: the words stay, and generating tells what is wrong with them.
    }
    // A slow answer to an older text must not colour a newer one.
    if (this.text === text && !asking.signal.aborted) this.#found(answer);
  }

  #found(answer) {
    this.asking = null;
    this.answer = answer;
    // A server with a second reader may have read another text than this one: its places are not here.
    const own = answer && (answer.text ?? this.text) === this.text ? answer : {};
    const spans = toUnits(this.text, own.groups ?? []);
    this.ignored = toUnits(this.text, own.ignored ?? []).map((span) => ({ ...span, group: IGNORED }));
    // A number stays with its span while text is edited; its index does not.
    this.spans = spans.map((span, number) => ({ ...span, number }));
    this.#mark();
    this.dispatchEvent(new Event("found"));
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Colours spans by another group than their own: `(span, words) => group`. */
  colour(groupOf) {
    this.groupOf = groupOf;
    this.#mark();
  }

  #mark() {
    const coloured = this.spans.map((span) => ({ ...span, group: this.groupOf(span, this.text.slice(span.start, span.end)) }));
    this.marks.show(this.text, [...coloured, ...this.ignored]);
  }

  #showCount() {
    const count = countCodePoints(this.text);
    const near = this.maxCharacters && count > 0.8 * this.maxCharacters;
    this.elements.count.textContent = near ? `${count} of ${this.maxCharacters} characters` : "";
  }
}
