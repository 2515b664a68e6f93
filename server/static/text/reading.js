// What becomes of the words: the text that is drawn, the one that is kept out, what is no language, and warnings. They
// come with the answer that brings the groups.

export class Reading {
  /**
   * @param elements `{panel, drawn, negative, ignored, warnings}`: a panel, two texts and two lists
   * @param box the description box
   */
  constructor(elements, box) {
    Object.assign(this, { elements, box });
    box.addEventListener("found", () => this.#show());
  }

  #show() {
    const { panel, drawn, negative, ignored, warnings } = this.elements;
    const answer = this.box.answer ?? {};
    panel.hidden = !this.box.answer;
    setText(drawn, answer.drawn);
    setText(negative, answer.negative);
    fill(ignored, byReason(answer.ignored ?? []).map(ignoredItem));
    fill(warnings, (answer.warnings ?? []).map(({ message }) => item(message)));
  }
}

/** Shows a text, or hides its row where there is none. */
function setText(element, text) {
  element.textContent = text ?? "";
  element.closest(".reading-row").hidden = !text;
}

/** Shows a list, or hides its row where it is empty. The same list is left alone, so that it is not read out again. */
function fill(list, items) {
  list.closest(".reading-row").hidden = items.length === 0;
  if (items.map((each) => each.textContent).join("\n") === [...list.children].map((each) => each.textContent).join("\n")) return;
  list.replaceChildren(...items);
}

/** What is ignored for the same reason, together: JSON has a mark between any two words. */
function byReason(ignored) {
  const pieces = new Map();
  for (const { text, why } of ignored) pieces.set(why, (pieces.get(why) ?? new Set()).add(text.trim() || "⏎"));
  return [...pieces].map(([why, texts]) => ({ why, texts: [...texts] }));
}

function ignoredItem({ texts, why }) {
  const code = (text) => Object.assign(document.createElement("code"), { className: "ignored-text", textContent: text });
  const reason = Object.assign(document.createElement("span"), { textContent: why });
  return item(...texts.flatMap((text) => [code(text), " "]), reason);
}

function item(...parts) {
  const element = document.createElement("li");
  element.append(...parts);
  return element;
}
