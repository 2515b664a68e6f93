// Two results side by side: what differs in their words and settings is marked, and whether the seed is the same is
// said first, since another seed makes another picture whatever the words are.

import { button, make } from "./elements.js";
import { differences } from "./difference.js";
import { factsOf } from "./facts.js";
import { thumbOf } from "./history.js";
import { framed } from "./result.js";

/** Builds the article that compares two results; `close` leaves it. */
export function comparisonOf(first, second, { close, sharp }) {
  const article = make("article", "comparison");
  const head = make("div", "comparison-head");
  const verdict = make("p", "verdict", verdictOf(first, second));
  head.append(make("h3", "small-title", "Side by side"), verdict, button("Close", "Back to one result", close));
  const pair = make("div", "pair");
  pair.toggleAttribute("data-sharp", sharp);
  const texts = differences(first.text, second.text);
  pair.append(...[first, second].map((result, index) => sideOf(result, texts[index], index)));
  article.append(head, pair, tableOf(first, second));
  return article;
}

/** Builds the choice of what to compare with: the form's words at the same seed, or a result of before. */
export function choiceOf(result, others, { draw, choose, close }) {
  const panel = make("section", "choice");
  panel.setAttribute("aria-label", "Compare with");
  const head = make("div", "choice-head");
  head.append(
    make("h3", "small-title", "Compare with"),
    button("Draw the form at this seed", `What the form says now, with seed ${result.ran.seed}`, draw, "button primary"),
    button("Cancel", "", close),
  );
  panel.append(head);
  if (!others.length) return panel;
  const sameSeed = (other) => other.ran.seed === result.ran.seed;
  const sorted = [...others.filter(sameSeed), ...others.filter((other) => !sameSeed(other))];
  const list = make("ol", "history-list");
  list.append(...sorted.map((other) => thumbOf(other, () => choose(other), "Compare with")));
  panel.append(make("p", "hint", "Or with a result of before; those of the same seed come first."), list);
  return panel;
}

function verdictOf(first, second) {
  const [a, b] = [first.ran, second.ran];
  if (a.seed !== b.seed || first.images[0].imageIndex !== second.images[0].imageIndex) {
    return "The seeds differ: so would the pictures, even with the same words.";
  }
  const same = first.text === second.text && rowsOf(first, second).every(({ differs }) => !differs);
  return same ? `Same seed ${a.seed}, words and settings.` : `Same seed ${a.seed}: what differs is marked.`;
}

function sideOf(result, pieces, index) {
  const side = make("figure", "side");
  const caption = make("figcaption", "caption");
  caption.append(
    make("span", "visually-hidden", `${index ? "Second" : "First"}: `),
    ...pieces.map(({ text, differs }) => (differs ? make("mark", "", text) : text)),
  );
  const mat = make("div", "mat");
  mat.append(framed(result, result.images[0]));
  side.append(mat, caption);
  return side;
}

function tableOf(first, second) {
  const table = make("table", "differences");
  const header = table.createTHead().insertRow();
  for (const name of ["Setting", "First", "Second"]) header.append(Object.assign(make("th", "", name), { scope: "col" }));
  const body = table.createTBody();
  for (const { name, values, differs } of rowsOf(first, second)) {
    const row = body.insertRow();
    row.toggleAttribute("data-differs", differs);
    const title = Object.assign(make("th", "", name), { scope: "row" });
    if (differs) title.append(make("span", "visually-hidden", ", differs"));
    row.append(title, ...values.map((value) => cellOf(value, differs)));
  }
  return table;
}

function cellOf(value, differs) {
  const cell = make("td");
  cell.append(differs && value ? make("mark", "", value) : value || "none");
  return cell;
}

/** Every setting that either has, those that differ first. */
function rowsOf(first, second) {
  const facts = [first, second].map((result) => {
    const all = factsOf(result, { timed: false });
    return new Map(all.map(([name, ...values]) => [name, values.filter(Boolean).join(", ")]));
  });
  const names = [...new Set([...facts[0].keys(), ...facts[1].keys()])];
  const rows = names.map((name) => {
    const values = facts.map((each) => each.get(name) ?? "");
    return { name, values, differs: values[0] !== values[1] };
  });
  return [...rows.filter(({ differs }) => differs), ...rows.filter(({ differs }) => !differs)];
}
