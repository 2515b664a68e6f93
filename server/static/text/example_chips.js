// Examples to start from, shown while nothing is written, and the drawn figure's words.

import { EXAMPLES, SPECIMEN } from "./examples.js";
import { paintWords } from "./words.js";

/** Fills `element` with a button for each example; `write` is called with the text of the one that is chosen. */
export function showExamples(element, write) {
  const chips = EXAMPLES.map(({ name, text }) => {
    const chip = Object.assign(document.createElement("button"), { type: "button", className: "chip" });
    Object.assign(chip, { textContent: name, title: text });
    chip.addEventListener("click", () => write(text));
    return chip;
  });
  element.replaceChildren(...chips);
}

/** Shows what the figure on the empty wall is described by. */
export function showSpecimen(element) {
  const spans = [];
  let text = "";
  for (const [phrase, group] of SPECIMEN) {
    text += text ? ", " : "";
    spans.push({ start: text.length, end: text.length + phrase.length, group, weight: 1 });
    text += phrase;
  }
  paintWords(element, text, spans);
}
