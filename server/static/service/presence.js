// Whether the server is there: asked gently while the page is seen, and at once when there is a reason to doubt.
// It knows no element; `show` tells the page.

const CALM_SECONDS = 20;
const FIRST_DOUBT_SECONDS = 1;
const LAST_DOUBT_SECONDS = 15;

export class Presence {
  /**
   * @param ask `() => Promise<Problem | null>`: null when the server answers requests
   * @param show `(state)`: `ready`, `loading` (answers, but draws nothing yet), `gone`
   * @param calmSeconds pause between two questions while all is well
   */
  constructor(ask, show, calmSeconds = CALM_SECONDS) {
    Object.assign(this, { ask, show, calmSeconds, doubtSeconds: FIRST_DOUBT_SECONDS });
    Object.assign(this, { state: "", timer: 0, asking: null });
    document.addEventListener("visibilitychange", () => this.#seen());
    for (const event of ["online", "offline"]) window.addEventListener(event, () => this.check());
  }

  /** Asks now, unless it is asking; resolves when the answer is shown. */
  check() {
    clearTimeout(this.timer);
    this.asking ??= this.#ask().finally(() => (this.asking = null));
    return this.asking;
  }

  async #ask() {
    const problem = await this.ask();
    const state = problem === null ? "ready" : problem.unreached ? "gone" : "loading";
    this.doubtSeconds = state === "ready" ? FIRST_DOUBT_SECONDS : Math.min(2 * this.doubtSeconds, LAST_DOUBT_SECONDS);
    this.state = state;
    this.#later();
    await this.show(state);
  }

  #later() {
    clearTimeout(this.timer);
    if (document.hidden) return;
    const seconds = this.state === "ready" ? this.calmSeconds : this.doubtSeconds;
    this.timer = setTimeout(() => this.check(), 1000 * seconds);
  }

  #seen() {
    if (document.hidden) clearTimeout(this.timer);
    else this.check();
  }
}
