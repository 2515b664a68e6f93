// The results of this browser, newest first, as a strip of small pictures to go back to; they survive a refresh.

import { button, make } from "./elements.js";
import { bytesOf, surplus } from "./store.js";

export class History extends EventTarget {
  /**
   * @param elements `{panel, list, note, forget}`
   * @param store keeps results; where it cannot, they are here until the page is closed
   */
  constructor(elements, store) {
    super();
    /** Called with the result whose small picture was chosen. */
    this.show = () => undefined;
    Object.assign(this, { elements, store, results: [], lasting: true, shown: null });
    elements.forget.addEventListener("click", () => this.#ask());
  }

  /** Brings back what earlier visits kept; the newest result, or null. */
  async load() {
    try {
      const earlier = (await this.store.results()).filter(({ id }) => this.results.every((each) => each.id !== id));
      this.results.push(...earlier.map(withAddresses));
    } catch {
      this.lasting = false;
    }
    this.#draw();
    return this.results[0] ?? null;
  }

  /** Keeps a result: a new one gets an id and the addresses of its pictures. */
  async add(result) {
    const kept = withAddresses({ ...result, id: crypto.randomUUID?.() ?? `${result.when}-${Math.random()}` });
    this.results.unshift(kept);
    const gone = surplus(this.results);
    this.results = this.results.filter((each) => !gone.includes(each));
    this.#draw();
    const writing = [...gone.map(({ id }) => this.store.remove(id)), this.store.add(withoutAddresses(kept))];
    this.saved = Promise.all(writing).catch(() => {
      this.lasting = false;
      this.#draw();
    });
    // What is on the wall keeps its addresses until the next is there.
    for (const each of gone) if (each !== this.shown) forgetAddresses(each);
    return kept;
  }

  /** Marks the result that is on the wall. */
  mark(result) {
    this.shown = result;
    this.elements.list.querySelectorAll("button").forEach((thumb, index) => {
      if (this.results[index] === result) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    });
  }

  #draw() {
    const { panel, list, note } = this.elements;
    list.replaceChildren(...this.results.map((result) => thumbOf(result, () => this.show(result))));
    panel.hidden = this.results.length === 0;
    note.textContent = this.lasting ? keptNote(this.results) : "This browser keeps nothing: they go with the page.";
    this.mark(this.shown);
  }

  /** Asks once more in the button's place: what is forgotten cannot be brought back. */
  #ask() {
    const { forget } = this.elements;
    const question = make("span", "ask");
    const back = () => {
      question.replaceWith(forget);
      forget.focus();
    };
    question.append(
      make("span", "", "Pictures, words, settings and key?"),
      button("Forget them", "", () => {
        back();
        this.#forget();
      }, "button danger"),
      button("Keep", "", back),
    );
    question.addEventListener("keydown", ({ key }) => key === "Escape" && back());
    forget.replaceWith(question);
    question.querySelector("button:last-child").focus();
  }

  async #forget() {
    for (const result of this.results) forgetAddresses(result);
    this.results = [];
    await this.saved;
    await this.store.forgetAll().catch(() => undefined);
    this.#draw();
    this.dispatchEvent(new Event("forgotten"));
  }
}

/** A small picture of a result that can be chosen. */
export function thumbOf(result, act, verb = "Show") {
  const item = make("li");
  const [first] = result.images;
  const more = result.images.length > 1 ? `, ${result.images.length} pictures` : "";
  const thumb = button("", "", act, "thumb");
  const picture = Object.assign(make("img"), { src: first.url, alt: "", width: first.width, height: first.height });
  thumb.setAttribute("aria-label", `${verb}: ${result.text.trim().slice(0, 120)}, seed ${result.ran.seed}${more}`);
  thumb.append(picture);
  item.append(thumb);
  return item;
}

const keptNote = (results) => {
  const megabytes = results.reduce((sum, result) => sum + bytesOf(result), 0) / 1e6;
  const many = results.length === 1 ? "1 result" : `${results.length} results`;
  const size = `${megabytes < 0.1 ? "under 0.1" : megabytes.toFixed(1)} MB`;
  return `${many}, ${size}, kept in this browser and nowhere else. The oldest go first.`;
};

const withAddresses = (result) => ({
  ...result,
  images: result.images.map((image) => ({ ...image, url: URL.createObjectURL(image.blob) })),
});

const withoutAddresses = (result) => ({ ...result, images: result.images.map(({ url, ...image }) => image) });

function forgetAddresses({ images }) {
  for (const { url } of images) URL.revokeObjectURL(url);
}
