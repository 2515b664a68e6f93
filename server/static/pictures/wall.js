// What hangs on the wall: nothing yet, a request under way, a result, or two results side by side. It does not draw.

import { button } from "./elements.js";
import { choiceOf, comparisonOf } from "./compare.js";
import { keep, kept, lastingStorage } from "../service/keeping.js";
import { resultOf } from "./result.js";

const SHARP = "sharp";

export class Wall {
  /**
   * @param elements `{empty, shown, trouble}`
   * @param history the results that can be compared with, and that mark which one hangs here
   */
  constructor(elements, history) {
    const sharp = kept(lastingStorage(), SHARP) === true;
    Object.assign(this, { elements, history, actions: null, result: null, sharp });
    history.show = (result) => this.hang(result);
  }

  /**
   * @param actions `{again, edit, share, drawFor, retry, change, changeable}`: `drawFor(result)` draws the form at a
   *   result's seed, `changeable()` are the groups that `change(result, image, group, words)` can change alone
   */
  setActions(actions) {
    this.actions = actions;
  }

  /** Hangs a result; null leaves the drawn figure. */
  hang(result) {
    this.result = result;
    const { empty, shown } = this.elements;
    const actions = { ...this.actions, compare: (one) => this.#choose(one), sharpen: (on) => this.#sharpen(on) };
    const view = { sharp: this.sharp, changeable: this.actions?.changeable() ?? [] };
    shown.replaceChildren(...(result ? [resultOf(result, actions, view)] : []));
    shown.hidden = !result;
    empty.hidden = Boolean(result);
    this.history.mark(result);
  }

  /** Takes everything down while a request is under way. */
  clear() {
    this.elements.empty.hidden = true;
    this.elements.shown.hidden = true;
  }

  /** Two results side by side. */
  compare(first, second) {
    const close = () => {
      this.hang(second);
      this.#focus(".actions button");
    };
    const { empty, shown } = this.elements;
    shown.replaceChildren(comparisonOf(first, second, { close, sharp: this.sharp }));
    shown.hidden = false;
    empty.hidden = true;
    this.history.mark(second);
    this.#focus(".comparison-head button");
  }

  /** Shows what went wrong where the picture would be; null clears it. */
  trouble(message) {
    const words = Object.assign(document.createElement("p"), { textContent: message ?? "" });
    const retry = button("Try again", "", () => this.actions.retry());
    this.elements.trouble.replaceChildren(words, retry);
    this.elements.trouble.hidden = message === null;
  }

  #choose(result) {
    this.elements.shown.querySelector(".choice")?.remove();
    const others = this.history.results.filter((other) => other !== result);
    const close = () => {
      panel.remove();
      this.#focus(".actions.quiet button:nth-child(2)");
    };
    const panel = choiceOf(result, others, {
      draw: () => this.actions.drawFor(result),
      choose: (other) => this.compare(result, other),
      close,
    });
    this.elements.shown.querySelector(".result").before(panel);
    panel.querySelector("button").focus();
    panel.scrollIntoView({ block: "nearest" });
  }

  #sharpen(on) {
    this.sharp = on;
    keep(lastingStorage(), SHARP, on || null);
  }

  #focus(selector) {
    this.elements.shown.querySelector(selector)?.focus({ preventScroll: true });
  }
}
