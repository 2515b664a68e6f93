// Progress of one request, told only from the engine's events; the one thing counted here is the time that passed.

import { paintWords } from "../text/words.js";

const ANNOUNCED_QUARTERS = 4;

export class ProgressView {
  /** @param elements `{panel, label, bar, elapsed, caption, blank, announcer}` */
  constructor(elements) {
    this.elements = elements;
    this.ticking = 0;
  }

  start({ text, spans, width, height }) {
    const { panel, bar, caption, blank } = this.elements;
    paintWords(caption, text, spans);
    blank.style.setProperty("--ratio", `${width} / ${height}`);
    blank.style.setProperty("--fit", Math.min(1, width / height));
    bar.max = 1;
    bar.value = 0;
    this.total = 0;
    this.quarter = 0;
    this.began = performance.now();
    this.#tick();
    this.ticking = setInterval(() => this.#tick(), 100);
    panel.hidden = false;
    this.#say("Sent");
  }

  stop() {
    clearInterval(this.ticking);
    this.elements.panel.hidden = true;
  }

  /** What happened last, for a message about a request that ended early. */
  get reached() {
    return this.total ? `step ${this.elements.bar.value} of ${this.total}` : "";
  }

  show(event, data) {
    if (event === "queued") this.#say(data.position > 0 ? `Waiting, ${data.position} before this one` : "Waiting for its turn");
    if (event === "started") this.#say(`Started, ${data.steps} steps`);
    if (event === "step") this.#step(data);
  }

  /** The queue was full: `seconds` until it is asked again. */
  waiting(seconds, quiet) {
    this.#say(`The server is busy. Asking again in ${seconds} s`, quiet);
  }

  #step({ completed, total }) {
    const { bar } = this.elements;
    this.total = total;
    bar.max = total;
    bar.value = completed;
    const quarter = Math.floor((ANNOUNCED_QUARTERS * completed) / total);
    this.#say(completed < total ? `Step ${completed} of ${total}` : `All ${total} steps done, finishing`, quarter === this.quarter);
    this.quarter = quarter;
  }

  #say(sentence, quiet = false) {
    this.elements.label.textContent = sentence;
    if (!quiet) this.elements.announcer.textContent = sentence;
  }

  #tick() {
    this.elements.elapsed.textContent = `${((performance.now() - this.began) / 1000).toFixed(1)} s`;
  }
}
