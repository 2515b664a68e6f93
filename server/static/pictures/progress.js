// Progress of one request, told only from the engine's events: its place in line, its steps, and previews of what they
// made so far. The one thing counted here is the time that passed.

import { blobOf } from "../service/run.js";
import { make } from "./elements.js";
import { columnsFor, fit } from "./mat.js";
import { Remaining, inWords } from "./remaining.js";
import { paintWords } from "../text/words.js";

const ANNOUNCED_QUARTERS = 4;

export class ProgressView {
  /** @param elements `{panel, label, bar, elapsed, left, caption, mat, announcer}` */
  constructor(elements) {
    this.elements = elements;
    this.ticking = 0;
    this.count = 0;
  }

  /** @param shown `{text, spans, width, height, count}` of the pictures that are asked for */
  start({ text, spans, width, height, count }) {
    const { panel, bar, caption } = this.elements;
    paintWords(caption, text, spans);
    this.#hangBlanks(width, height, count);
    bar.max = 1;
    bar.value = 0;
    this.total = 0;
    this.quarter = 0;
    this.remaining = new Remaining();
    this.began = performance.now();
    this.#tick();
    this.ticking = setInterval(() => this.#tick(), 100);
    panel.hidden = false;
    this.#say("Sent");
  }

  stop() {
    clearInterval(this.ticking);
    this.elements.panel.hidden = true;
    for (const image of this.elements.mat.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    this.elements.mat.replaceChildren();
  }

  /** What happened last, for a message about a request that ended early. */
  get reached() {
    return this.total ? `step ${this.elements.bar.value} of ${this.total}` : "";
  }

  show(event, data) {
    if (event === "queued") this.#say(data.position > 0 ? `In line, ${data.position} before this one` : "Next in line");
    if (event === "started") this.#started(data);
    if (event === "step") this.#step(data);
    if (event === "preview") this.#preview(data, "Unfinished picture");
    if (event === "image") this.#preview(data, "Finished picture");
  }

  /** The server is full or the caller's limit reached: `seconds` until it is asked again. */
  waiting(seconds, { quiet, limited }) {
    const reason = limited ? "Your limit at this server is reached" : "The server is busy";
    this.#say(`${reason}. Asking again in ${seconds} s`, quiet);
  }

  #hangBlanks(width, height, count) {
    const { mat } = this.elements;
    mat.toggleAttribute("data-many", count > 1);
    mat.style.setProperty("--columns", columnsFor(count));
    const blanks = Array.from({ length: count }, () => {
      const frame = make("div", "frame");
      frame.append(fit(make("div", "blank"), width, height));
      return frame;
    });
    mat.replaceChildren(...blanks);
  }

  #started({ steps, width, height, second_pass: pass }) {
    const blanks = this.elements.mat.querySelectorAll(".blank");
    for (const blank of blanks) fit(blank, pass?.width ?? width, pass?.height ?? height);
    this.#say(`Started, ${steps} steps`);
  }

  #step({ completed, total }) {
    const { bar } = this.elements;
    this.total = total;
    bar.max = total;
    bar.value = completed;
    this.remaining.note(completed, total, performance.now());
    const quarter = Math.floor((ANNOUNCED_QUARTERS * completed) / total);
    const sentence = completed < total ? `Step ${completed} of ${total}` : `All ${total} steps done, finishing`;
    this.#say(sentence, quarter === this.quarter);
    this.quarter = quarter;
  }

  /** Hangs a picture in its blank once it can be shown: nothing flickers, and a late one never covers a later one. */
  async #preview({ index, data, media_type: mediaType }, name) {
    const blank = this.elements.mat.children[index]?.querySelector(".blank");
    if (!blank) return;
    const image = make("img", "preview");
    image.src = URL.createObjectURL(blobOf(data, mediaType));
    image.alt = this.elements.mat.children.length > 1 ? `${name} ${index + 1}` : name;
    const number = (this.count += 1);
    await image.decode().catch(() => undefined);
    const before = blank.querySelector("img");
    const late = !blank.isConnected || number < Number(before?.dataset.number ?? 0);
    URL.revokeObjectURL(late ? image.src : before?.src ?? "");
    image.dataset.number = number;
    if (!late) blank.replaceChildren(image);
  }

  #say(sentence, quiet = false) {
    this.elements.label.textContent = sentence;
    if (!quiet) this.elements.announcer.textContent = sentence;
  }

  #tick() {
    const now = performance.now();
    this.elements.elapsed.textContent = `${((now - this.began) / 1000).toFixed(1)} s`;
    this.elements.left.textContent = inWords(this.remaining.at(now));
  }
}
