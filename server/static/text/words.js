// Shows a description with its words coloured by body group, and names the groups. It does not know where.

import { segments } from "./codepoints.js";

const KNOWN = new Set(
  ("shot person body face hair headwear eyewear top outerwear dress bottom legwear footwear belt neckwear bag accessory " +
    "background style other negated").split(" "),
);

/** The class that gives an element the colours of a group; a group this page does not know looks like `other`. */
export const groupClass = (group) => `g-${KNOWN.has(group) ? group : "other"}`;

/** Replaces what `element` shows with `text`, each span in a coloured element. */
export function paintWords(element, text, spans) {
  element.replaceChildren(...segments(text, spans).map(({ text: piece, span }) => (span ? wordOf(piece, span) : piece)));
}

/** One coloured phrase; struck through where the writer wants it absent. */
export function wordOf(text, { group }) {
  const word = document.createElement(group === "negated" ? "s" : "span");
  word.className = `word ${groupClass(group)}`;
  word.dataset.group = group;
  word.textContent = text;
  return word;
}

/** Spans by group, in the taxonomy's order: `[{group, spans}]`; `others` are groups without a span. */
export function byGroup(spans, order, others = []) {
  const rank = new Map(order.map((group, index) => [group, index]));
  const found = new Map(others.map((group) => [group, []]));
  for (const span of spans) {
    if (!found.has(span.group)) found.set(span.group, []);
    found.get(span.group).push(span);
  }
  return [...found]
    .map(([group, members]) => ({ group, spans: members }))
    .sort((a, b) => (rank.get(a.group) ?? order.length) - (rank.get(b.group) ?? order.length));
}
