// Corrected groups: which words belong elsewhere than the parser says, as a person told it. It turns them into the
// field `groups` of a request. It does not know the page.

const NEGATED = "negated";

export class Corrections {
  /** @param kept what `list` gave before: `[{phrase, from, words, to}]` */
  constructor(kept = []) {
    this.list = kept.filter((each) => ["phrase", "from", "words", "to"].every((name) => typeof each?.[name] === "string"));
  }

  /** Words of a phrase belong to another group; told again of the same words, the last one holds. */
  add({ phrase, from, words, to }) {
    this.remove({ phrase, from, words });
    if (to !== from) this.list.push({ phrase, from, words, to });
  }

  /** Takes a correction back. */
  remove({ phrase, from, words }) {
    this.list = this.list.filter((each) => each.phrase !== phrase || each.from !== from || each.words !== words);
  }

  /** Those whose phrase is in the text as it was when they were made. */
  active(spans, text) {
    const there = new Set(spans.map((span) => key(span.group, text.slice(span.start, span.end))));
    return this.list.filter(({ phrase, from }) => there.has(key(from, phrase)));
  }

  /** What is left of a phrase in its own group. */
  rest(group, phrase, active) {
    const gone = active.filter((each) => each.from === group && each.phrase === phrase);
    const left = gone.reduce((words, each) => without(words, each.words), phrase);
    return group === NEGATED && gone.length && !thing(left) ? "" : left;
  }

  /** The group of a phrase: another than its own where all of its words were moved there. */
  groupOf(group, phrase, active) {
    const whole = active.find((each) => each.from === group && each.phrase === phrase && each.words === phrase);
    return whole?.to ?? group;
  }

  /**
   * The phrases of every group that a correction touches, as a request's `groups` has them.
   * @param added phrases that were added by hand, by group; they stand for the text's own
   */
  groups(spans, text, added) {
    const active = this.active(spans, text);
    const touched = new Set(active.flatMap(({ from, to }) => [from, to]));
    const own = (group) =>
      spans
        .filter((span) => span.group === group)
        .map((span) => this.rest(group, text.slice(span.start, span.end), active));
    const phrases = (group) => [
      ...(added.has(group) ? [added.get(group)] : own(group)),
      ...active.filter(({ to }) => to === group).map(({ from, words }) => (from === NEGATED ? thing(words) : words)),
    ];
    const joined = (group) => phrases(group).map(plain).filter(Boolean).join(", ");
    return Object.fromEntries([...touched].map((group) => [group, joined(group)]));
  }
}

/** What is absent: "hat" of "no hat". */
const thing = (words) => words.replace(/^\s*(no|not|without|never)\b\s*((an?|any|the)\b\s*)?/i, "").trim();

const key = (group, phrase) => `${group} ${phrase}`;

/** `phrase` without `words`, which are in it in this order, perhaps with others between them. */
function without(phrase, words) {
  const gone = words.split(/\s+/);
  const left = phrase.split(/\s+/).filter((word) => {
    if (word !== gone[0]) return true;
    gone.shift();
    return false;
  });
  return left.join(" ");
}

/** A phrase that was cut out of brackets, of which one may be left over, has no marks of weight. */
function plain(phrase) {
  const trimmed = phrase.trim().replace(/[\s,;]+$/, "");
  const opened = trimmed.split(/[([]/).length;
  const closed = trimmed.split(/[)\]]/).length;
  return opened === closed ? trimmed : trimmed.replace(/[()[\]]|:[0-9.]+(?=[)\]])/g, "").trim();
}
