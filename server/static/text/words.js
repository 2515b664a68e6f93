// Shows a description with its words coloured by body group, and names the groups. It does not know where.

import { segments } from "./codepoints.js";

const KNOWN = new Set(
  ("shot person body face hair headwear eyewear top outerwear dress bottom legwear footwear belt neckwear bag accessory " +
    "background style other negated").split(" "),
);

/** The class that gives an element the colours of a group; a group this page does not know looks like `other`. */
export const groupClass = (group) => `g-${KNOWN.has(group) ? group : "other"}`;

/** Replaces what `element` shows with `text`, each span in a coloured element; `data-span` counts the spans. */
export function paintWords(element, text, spans) {
  let index = 0;
  const nodes = segments(text, spans).map(({ text: piece, span }) => {
    if (!span) return document.createTextNode(piece);
    const word = wordOf(piece, span);
    word.dataset.span = index++;
    return word;
  });
  element.replaceChildren(...nodes);
}

/** One coloured phrase; struck through where the writer wants it absent. */
export function wordOf(text, { group }) {
  const word = document.createElement(group === "negated" ? "s" : "span");
  word.className = `word ${groupClass(group)}`;
  word.textContent = text;
  return word;
}

/** How a weight reads beside its phrase: nothing for 1, else "×1.2". */
export const weightLabel = (weight) => (weight === 1 ? "" : `×${Number(weight.toFixed(2))}`);

/** Spans by group, in the taxonomy's order: `[{group, spans: [{index, span}]}]`. */
export function byGroup(spans, order) {
  const rank = new Map(order.map((group, index) => [group, index]));
  const found = new Map();
  spans.forEach((span, index) => {
    if (!found.has(span.group)) found.set(span.group, []);
    found.get(span.group).push({ index, span });
  });
  return [...found]
    .map(([group, members]) => ({ group, spans: members }))
    .sort((a, b) => (rank.get(a.group) ?? order.length) - (rank.get(b.group) ?? order.length));
}
