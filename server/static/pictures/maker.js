// Makes pictures of what the form says, and of what earlier results were made of.

import { inWords } from "../form/names.js";
import { clearProblems, showProblem } from "../form/problems.js";
import { fileName, toHash } from "../form/settings.js";
import { copy } from "../service/clipboard.js";
import { Problem } from "../service/problem.js";
import { changeRequest } from "./change.js";

/** Events: `filled`, the form was filled; `locked`, the server wants an API key. */
export class Maker extends EventTarget {
  /**
   * @param elements `{stage, title, button, cancel, announcer}`
   * @param rooms `{form, drawing, wall, history}`
   */
  constructor(elements, rooms) {
    super();
    Object.assign(this, { elements, ...rooms, stopping: null, interrupted: null });
    this.wall.setActions({
      again: (request, result) => this.again(request, result),
      edit: (request, result) => this.edit(request, result),
      share: (request, result, self) => this.share(request, result, self),
      drawFor: (result) => this.drawFor(result),
      retry: () => this.generate(),
      change: (result, image, group, words) => this.change(result, image, group, words),
      changeable: () => this.form.model?.change_groups ?? [],
    });
  }

  get busy() {
    return this.stopping !== null;
  }

  cancel() {
    this.stopping?.abort();
  }

  /** Draws what the form says, with `changes` on top; the finished result, or null. */
  async generate(changes = {}) {
    if (this.busy) return null;
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    clearProblems();
    this.wall.trouble(null);
    try {
      const { box, start } = this.form;
      await box.settled();
      signal.throwIfAborted();
      const request = { ...this.form.read(), ...changes };
      this.#begin();
      const shown = { text: box.value, spans: box.spans };
      return await this.#finish(await this.drawing.draw(request, start.file, shown, signal));
    } catch (error) {
      this.#failed(error, changes);
      return null;
    } finally {
      this.#end();
    }
  }

  /** Draws a result's request again; the form shows what is drawn. */
  async again(request, result) {
    if (this.busy) return;
    this.#fill(request, result);
    await this.generate();
  }

  /** Draws one part of a picture anew; the form shows what is drawn, and the picture it starts from. */
  async change(result, image, group, words) {
    if (this.busy) return;
    const request = changeRequest(result, image, group, words);
    const file = new File([image.blob], fileName(request, image.imageIndex, image.mediaType), { type: image.mediaType });
    this.#fill(request, { start: file });
    await this.generate();
  }

  /** Puts a result's request into the form, and draws nothing. */
  edit(request, result) {
    this.#fill(request, result);
    this.#announce("Words and settings are in the form.");
    this.form.box.elements.input.focus();
  }

  /** Draws what the form says at the seed of `first`, and shows both. */
  async drawFor(first) {
    const same = { seed: first.ran.seed, image_index: first.images[0].imageIndex, num_images: 1 };
    const second = await this.generate(same);
    if (second) this.wall.compare(first, second);
  }

  /** Goes on with what was stopped for want of a key. */
  async resume() {
    const changes = this.interrupted;
    this.interrupted = null;
    if (changes) await this.generate(changes);
  }

  /** Copies a link that holds the request; a start picture is in no link. */
  async share(request, { start }, self) {
    const link = new URL(toHash(request), location.href);
    window.history.replaceState(null, "", link);
    const copied = await copy(link.href);
    const told = copied ? "Link copied" : "Link is in the address bar";
    this.#announce(`${told}.${start ? " The start picture is not in it." : ""}`);
    self.textContent = start ? `${told}, without the start picture` : told;
    setTimeout(() => (self.textContent = "Share"), 2500);
  }

  #fill(request, { start }) {
    this.form.restore(request, start);
    this.dispatchEvent(new Event("filled"));
  }

  #begin() {
    const { stage, button, cancel } = this.elements;
    const fromWall = stage.contains(document.activeElement);
    this.wall.clear();
    button.setAttribute("aria-disabled", "true");
    button.textContent = "Generating";
    stage.setAttribute("aria-busy", "true");
    // What had the focus is gone from the page.
    if (fromWall) requestAnimationFrame(() => cancel.focus({ preventScroll: true }));
    this.#bringIntoView();
  }

  #end() {
    const { stage, button } = this.elements;
    this.stopping = null;
    button.removeAttribute("aria-disabled");
    button.textContent = "Generate";
    stage.removeAttribute("aria-busy");
  }

  async #finish(made) {
    const lostFocus = document.activeElement === document.body;
    const kept = await this.history.add(made);
    this.form.seed.used(made.ran.seed);
    this.wall.hang(kept);
    const count = made.images.length;
    this.#announce(`${count === 1 ? "The picture is" : `${count} pictures are`} ready. Seed ${made.ran.seed}.`);
    if (lostFocus) this.elements.title.focus({ preventScroll: true });
    return kept;
  }

  #failed(error, changes) {
    if (this.elements.stage.hasAttribute("aria-busy")) this.wall.hang(this.wall.result);
    if (error.name === "AbortError") {
      this.#announce("Cancelled.");
      this.elements.button.focus({ preventScroll: true });
    } else if (!(error instanceof Problem)) {
      throw error;
    } else if (error.unauthorized) {
      this.interrupted = changes;
      this.dispatchEvent(new Event("locked"));
    } else if (!showProblem(error)) {
      const { reached } = this.drawing.progress;
      this.wall.trouble(inWords(error.message) + (reached ? ` It had reached ${reached}.` : ""));
    }
  }

  #announce(sentence) {
    this.elements.announcer.textContent = sentence;
  }

  #bringIntoView() {
    const { stage } = this.elements;
    const { top } = stage.getBoundingClientRect();
    if (top > 0 && top < window.innerHeight / 4) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    stage.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
  }
}
