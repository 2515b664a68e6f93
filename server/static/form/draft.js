// What stands in the form, kept in this browser as it was typed, so that a refresh brings it back.

import { keep, kept, lastingStorage } from "../service/keeping.js";

const NAME = "draft";
const PAUSE_MS = 200;

export class Draft {
  /** @param read gives what to keep: plain data */
  constructor(read) {
    Object.assign(this, { read, timer: 0 });
    // A page that is closed between a keystroke and the pause would lose it.
    window.addEventListener("pagehide", () => this.timer && this.#keep());
  }

  get value() {
    return kept(lastingStorage(), NAME);
  }

  /** The form changed. */
  touch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#keep(), PAUSE_MS);
  }

  forget() {
    clearTimeout(this.timer);
    this.timer = 0;
    keep(lastingStorage(), NAME, null);
  }

  #keep() {
    clearTimeout(this.timer);
    this.timer = 0;
    keep(lastingStorage(), NAME, this.read());
  }
}
