// The parts of the person: for each body group its phrases, which can be rewritten in place, and its weight. Rewriting
// a phrase changes the description itself; weights, added parts and corrected groups are fields of the request
// (`weights`, `groups`).

import { Corrections } from "./corrections.js";
import { withPhrase } from "./edits.js";
import { editable } from "./phrase.js";
import { regroup } from "./regroup.js";
import { times, weightSlider } from "./weights.js";
import { byGroup, groupClass, wordOf } from "./words.js";

const MOST = 4;

export class Parts extends EventTarget {
  /**
   * @param elements `{list, panel, add: {form, group, words}}`
   * @param box the description box
   */
  constructor(elements, box) {
    super();
    Object.assign(this, { elements, box, groups: [], weights: new Map(), added: new Map(), outdated: false });
    this.corrections = new Corrections();
    box.addEventListener("found", () => this.#show());
    const { form, group, words } = elements.add;
    const add = () => this.#add(group.value, words);
    form.addEventListener("click", (event) => event.target.closest("button") && add());
    words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      add();
    });
  }

  /** @param groups the answer of GET /groups */
  setGroups(groups) {
    this.groups = groups;
    this.#show();
  }

  /** `{weights, groups}` as a request has them; a weight of a group that nothing names is not sent. */
  get value() {
    const present = new Set([...this.box.spans.map(({ group }) => group), ...this.added.keys()]);
    const corrected = this.corrections.groups(this.box.spans, this.box.text, this.added);
    for (const group of Object.keys(corrected)) present.add(group);
    const weights = [...this.weights].filter(
      ([group, weight]) => weight !== 1 && present.has(group) && corrected[group] !== "",
    );
    return { weights: Object.fromEntries(weights), groups: { ...Object.fromEntries(this.added), ...corrected } };
  }

  /** The same with every weight that was ever chosen, to be kept. */
  get remembered() {
    const groups = Object.fromEntries(this.added);
    return { weights: Object.fromEntries(this.weights), groups, corrections: this.corrections.list };
  }

  /** Puts weights, added parts and corrections back. */
  set value({ weights, groups, corrections }) {
    this.corrections = new Corrections(corrections);
    this.weights = new Map(Object.entries(weights ?? {}));
    this.added = new Map(Object.entries(groups ?? {}));
    this.#show();
  }

  #add(group, words) {
    const phrase = words.value.trim();
    if (!group || !phrase) return words.focus();
    this.added.set(group, phrase);
    words.value = "";
    this.#changed();
  }

  #changed() {
    this.#show();
    this.dispatchEvent(new Event("change"));
  }

  #show() {
    const { list, panel } = this.elements;
    // Nothing is taken from under the hand that writes; the list follows when the field is closed.
    this.outdated = list.querySelector(".phrase-field, .regroup-choice") !== null;
    if (this.outdated) return;
    const order = this.groups.map(({ group }) => group);
    const active = this.corrections.active(this.box.spans, this.box.text);
    const rows = byGroup(this.box.spans, order, [...this.added.keys(), ...active.map(({ to }) => to)]);
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.place : null;
    list.replaceChildren(...rows.map((row) => this.#row(row, active)).filter(Boolean));
    this.box.colour((span, words) => this.corrections.groupOf(span.group, words, active));
    list.hidden = rows.length === 0;
    panel.hidden = rows.length === 0;
    this.#offer(new Set(rows.map(({ group }) => group)));
    if (focused) this.#focus(focused);
  }

  #focus(place) {
    [...this.elements.list.querySelectorAll("[data-place]")].find(({ dataset }) => dataset.place === place)?.focus();
  }

  /** Lists the groups that can be added, and keeps the choice; at first one that the text does not name. */
  #offer(present) {
    const { group: choice } = this.elements.add;
    const chosen = choice.value || this.groups.find(({ group }) => !present.has(group))?.group;
    const option = ({ group, summary }) => Object.assign(new Option(group, group), { title: summary });
    choice.replaceChildren(...this.groups.map(option));
    if (chosen) choice.value = chosen;
  }

  #row({ group, spans }, active) {
    const row = document.createElement("li");
    row.className = `part-row ${groupClass(group)}`;
    const name = Object.assign(document.createElement("span"), { className: "part-group", textContent: group });
    const phrases = document.createElement("span");
    phrases.className = "part-phrases";
    phrases.append(...spans.flatMap((span) => this.#phrase(span, active)));
    phrases.append(...active.filter(({ to }) => to === group).map((correction) => this.#moved(correction)));
    if (this.added.has(group)) phrases.append(this.#addedPhrase(group));
    if (!phrases.childElementCount) return null; // all of it was moved elsewhere
    row.append(name, phrases);
    if (group !== "negated") row.append(this.#slider(group, spans));
    return row;
  }

  #slider(group, spans) {
    const largest = Math.max(1, ...spans.map(({ weight }) => weight));
    const slider = weightSlider({
      group,
      weight: this.weights.get(group) ?? 1,
      most: MOST / largest,
      onWeigh: (weight) => {
        this.weights.set(group, weight);
        this.dispatchEvent(new Event("change"));
      },
    });
    slider.firstChild.dataset.place = `weight ${group}`;
    return slider;
  }

  /** A phrase, and the button that corrects its group; nothing where all of it was moved elsewhere. */
  #phrase({ number, start, end, group, weight }, active) {
    const words = this.box.text.slice(start, end);
    const rest = this.corrections.rest(group, words, active);
    if (!rest) return [];
    let span = null;
    const button = this.#editable(`phrase ${group} ${words}`, {
      read: () => {
        span = this.box.span(number);
        return span && this.box.text.slice(span.start, span.end);
      },
      shown: wordOf(rest, { group }),
      label: `Rewrite “${words}”`,
      note: weight === 1 ? "" : times(weight),
      onLight: (on) => this.box.light(number, on),
      onWrite: (text) => {
        this.box.value = withPhrase(this.box.text, span, text);
        this.dispatchEvent(new Event("change"));
      },
    });
    button.classList.toggle("is-replaced", this.added.has(group));
    const choice = regroup({
      phrase: rest,
      group,
      groups: this.groups,
      onMove: (moved, to) => {
        this.corrections.add({ phrase: words, from: group, words: moved, to });
        this.#changed();
        this.#focus(`moved ${to} ${moved}`);
      },
      onClose: () => this.outdated && this.#show(),
    });
    choice.dataset.place = `regroup ${group} ${words}`;
    return [button, choice];
  }

  /** Words that were moved here; pressing them takes that back. */
  #moved(correction) {
    const { from, to, words } = correction;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "phrase is-moved" });
    button.setAttribute("aria-label", `Move “${words}” back to ${from}`);
    button.title = `Corrected: read as ${from}. Press to undo.`;
    const note = Object.assign(document.createElement("span"), { className: "note", textContent: "moved, undo" });
    button.append(wordOf(words, { group: to }), " ", note);
    button.dataset.place = `moved ${to} ${words}`;
    button.addEventListener("click", () => {
      this.corrections.remove(correction);
      this.#changed();
      this.#focus(`regroup ${from} ${correction.phrase}`);
    });
    return button;
  }

  #addedPhrase(group) {
    const words = this.added.get(group);
    return this.#editable(`added ${group}`, {
      read: () => words,
      shown: wordOf(words, { group }),
      label: `Rewrite the added “${words}”`,
      note: "added",
      onLight: () => undefined,
      onWrite: (text) => {
        if (text.trim()) this.added.set(group, text.trim());
        else this.added.delete(group);
        this.#changed();
      },
    });
  }

  #editable(place, phrase) {
    const button = editable({ ...phrase, onClose: () => this.outdated && this.#show() });
    button.dataset.place = place;
    return button;
  }
}
