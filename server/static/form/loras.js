// The adapters that a picture is drawn with, each with its scale: a native range, so that mouse, finger and keyboard
// work as everywhere. It knows what the server has registered; what may act together is the server's to say.

const MOST = 4;
const LIMIT = 2;
/** Places of the range to one of scale: tenths. */
const PLACES = 10;
const USUAL = 1;

export class Loras {
  /** @param elements `{panel, list, count, add, choice, button}` */
  constructor(elements) {
    Object.assign(this, { elements, adapters: [], scales: new Map() });
    elements.button.addEventListener("click", () => this.#add(elements.choice.value));
  }

  /** Takes what the server has registered; what was refused there cannot be chosen. */
  setAdapters(adapters) {
    this.adapters = adapters.filter(({ refused }) => !refused);
    this.#show();
  }

  /** Scales by name as a request has them: one of 0 is none. */
  get value() {
    return Object.fromEntries([...this.scales].filter(([, scale]) => scale !== 0));
  }

  /** Puts scales back. */
  set value(scales) {
    this.scales = new Map(Object.entries(scales ?? {}));
    this.#show();
  }

  /** All that stand there, those of 0 too, to be kept. */
  get remembered() {
    return Object.fromEntries(this.scales);
  }

  #add(name) {
    this.scales.set(name, this.#usual(name));
    this.#show();
    this.elements.list.lastElementChild.querySelector("input").focus();
    this.#tell();
  }

  #remove(name) {
    this.scales.delete(name);
    this.#show();
    this.elements.choice.focus();
    this.#tell();
  }

  /** As a field tells that it was written in. */
  #tell() {
    this.elements.list.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #show() {
    const { panel, list, add, choice, count } = this.elements;
    // One that is not registered any more still stands there: whoever takes it out knows what was drawn with it.
    panel.hidden = this.adapters.length === 0 && this.scales.size === 0;
    list.replaceChildren(...[...this.scales].map(([name, scale]) => this.#row(name, scale)));
    list.hidden = this.scales.size === 0;
    const free = this.adapters.filter(({ name }) => !this.scales.has(name));
    choice.replaceChildren(...free.map(({ name }) => new Option(name, name)));
    add.hidden = free.length === 0 || this.scales.size >= MOST;
    count.textContent = this.scales.size ? `${this.scales.size} of at most ${MOST}` : "";
  }

  #row(name, scale) {
    const row = make("li", "lora-row");
    const remove = make("button", "link", "Remove");
    remove.type = "button";
    remove.setAttribute("aria-label", `Remove ${name}`);
    remove.addEventListener("click", () => this.#remove(name));
    const slider = scaleSlider(name, scale, this.#usual(name), (chosen) => this.scales.set(name, chosen));
    row.append(make("span", "lora-name", name), slider, remove, make("p", "hint", this.#noteOf(name)));
    return row;
  }

  /** The scale that an adapter begins with: its file's own, as far as the range goes. */
  #usual(name) {
    const usual = this.adapters.find((each) => each.name === name)?.recommended_scale ?? USUAL;
    return Math.round(Math.min(LIMIT, Math.max(-LIMIT, usual)) * PLACES) / PLACES;
  }

  #noteOf(name) {
    const adapter = this.adapters.find((each) => each.name === name);
    if (!adapter) return "Not registered on this server: remove it to draw.";
    const { trigger_words: words, licence, recommended_scale: usual } = adapter;
    return [
      ...(usual === null ? [] : [`Its file recommends ${usual}.`]),
      words ? `Listens to “${words}”.` : "Its file names no trigger words.",
      licence ? `Licence ${licence}.` : "Its file names no licence.",
    ].join(" ");
  }
}

function scaleSlider(name, scale, usual, onScale) {
  const range = Object.assign(make("input", "weigh"), {
    type: "range", min: -LIMIT * PLACES, max: LIMIT * PLACES, step: 1, value: Math.round(scale * PLACES),
    title: `Drag to scale it; double-click for ${usual}`,
  });
  range.setAttribute("aria-label", `Scale of ${name}`);
  range.style.setProperty("--one", 0.5);
  const number = make("output", "weigh-number");
  const show = (value) => {
    range.setAttribute("aria-valuetext", value === 0 ? "0, without it" : String(value));
    range.style.setProperty("--at", (value + LIMIT) / (2 * LIMIT));
    number.textContent = String(value).replace("-", "−");
    number.toggleAttribute("data-changed", value !== 0);
  };
  const choose = (value) => {
    show(value);
    onScale(value);
  };
  show(scale);
  range.addEventListener("input", () => choose(range.valueAsNumber / PLACES));
  range.addEventListener("dblclick", () => {
    range.value = usual * PLACES;
    choose(usual);
  });
  const holder = make("span", "weigh-holder");
  holder.append(range, number);
  return holder;
}

function make(tag, className, text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}
