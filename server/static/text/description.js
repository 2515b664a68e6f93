// The description box: a textarea over a layer that colours its words, and the list of groups below it.
// Both lie in one grid cell of one scrolling box, so wrapping, scrolling and resizing cannot part them.

import { countCodePoints, moveSpans, toUnits } from "./codepoints.js";
import { byGroup, groupClass, paintWords, weightLabel, wordOf } from "./words.js";

const PAUSE_MS = 120;

export class DescriptionBox {
  /**
   * @param elements `{input, layer, legend, empty, count}`
   * @param parse `(text, signal) => Promise<{text, groups}>`
   */
  constructor(elements, parse) {
    this.elements = elements;
    this.parse = parse;
    this.order = [];
    this.maxCharacters = null;
    this.text = "";
    this.spans = [];
    this.timer = 0;
    this.asking = null;
    elements.input.addEventListener("input", () => this.#changed());
    this.#changed();
  }

  get value() {
    return this.elements.input.value;
  }

  set value(text) {
    this.elements.input.value = text;
    this.#changed();
  }

  setLimits({ order, maxCharacters }) {
    this.order = order ?? this.order;
    this.maxCharacters = maxCharacters ?? this.maxCharacters;
    this.#showCount();
    this.#showLegend();
  }

  #changed() {
    const text = this.elements.input.value;
    this.spans = moveSpans(this.spans, this.text, text);
    this.text = text;
    this.#paint();
    this.#showCount();
    clearTimeout(this.timer);
    this.asking?.abort();
    if (text.trim()) this.timer = setTimeout(() => this.#ask(text), PAUSE_MS);
    else this.#found([]);
  }

  async #ask(text) {
    const asking = new AbortController();
    this.asking = asking;
    try {
      const answer = await this.parse(text, asking.signal);
      // A slow answer to an older text must not colour a newer one.
      if (this.text === text && !asking.signal.aborted) this.#found(toUnits(text, answer.groups));
    } catch {
      // Colours are a help, not a need: the words stay, and generating tells what is wrong with them.
      if (!asking.signal.aborted) this.#found([]);
    }
  }

  #found(spans) {
    this.spans = spans;
    this.#paint();
    this.#showLegend();
  }

  #paint() {
    paintWords(this.elements.layer, this.text, this.spans);
    // A last line break needs something after it to take up its line, as it does in a textarea.
    this.elements.layer.append("\u200b");
  }

  #showCount() {
    const count = countCodePoints(this.text);
    const near = this.maxCharacters && count > 0.8 * this.maxCharacters;
    this.elements.count.textContent = near ? `${count} of ${this.maxCharacters} characters` : "";
  }

  #showLegend() {
    const { legend, empty } = this.elements;
    const groups = byGroup(this.spans, this.order);
    const focused = legend.contains(document.activeElement) ? document.activeElement.dataset.phrase : null;
    legend.replaceChildren(...groups.map((row) => this.#legendRow(row)));
    legend.hidden = groups.length === 0;
    empty.hidden = groups.length > 0;
    if (focused) legend.querySelector(`[data-phrase="${focused}"]`)?.focus();
  }

  #legendRow({ group, spans }) {
    const row = document.createElement("li");
    row.className = `legend-row ${groupClass(group)}`;
    const name = document.createElement("span");
    name.className = "legend-group";
    name.textContent = group;
    const phrases = document.createElement("span");
    phrases.className = "legend-phrases";
    phrases.append(...spans.map(({ index, span }) => this.#phrase(index, span)));
    row.append(name, phrases);
    return row;
  }

  #phrase(index, span) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "phrase";
    button.dataset.phrase = index;
    button.title = "Select these words";
    button.append(wordOf(this.text.slice(span.start, span.end), span));
    const weight = weightLabel(span.weight);
    if (weight) {
      const badge = document.createElement("span");
      badge.className = "weight";
      badge.textContent = weight;
      button.append(" ", badge);
    }
    const light = (on) => () => this.#light(index, on);
    for (const event of ["mouseenter", "focus"]) button.addEventListener(event, light(true));
    for (const event of ["mouseleave", "blur"]) button.addEventListener(event, light(false));
    button.addEventListener("click", () => this.#select(index));
    return button;
  }

  #light(index, on) {
    this.elements.layer.querySelector(`[data-span="${index}"]`)?.classList.toggle("is-lit", on);
  }

  #select(index) {
    const span = this.spans[index];
    if (!span) return;
    this.elements.input.focus();
    this.elements.input.setSelectionRange(span.start, span.end);
  }
}
