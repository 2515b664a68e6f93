// The connection to the server as the page shows it: a badge that tells the truth, and what the server can do, asked
// again whenever it comes back, since it may be another one then.

import { getAdapters, getGroups, getModel, readiness, traffic } from "./api.js";
import { Presence } from "./presence.js";

const WORDS = {
  loading: "The model is not ready yet",
  gone: "The server cannot be reached",
  key: "An API key is needed",
};

export class Connection {
  /**
   * @param badge the element that shows the state
   * @param listener `{onModel(model, groups, adapters), onKeyNeeded()}`
   */
  constructor(badge, listener) {
    Object.assign(this, { badge, listener, model: null });
    this.presence = new Presence(readiness, (state) => this.#arrived(state));
    traffic.addEventListener("failed", ({ detail: problem }) => this.#doubt(problem));
  }

  /** Asks now whether the server is there. */
  check() {
    return this.presence.check();
  }

  async #arrived(state) {
    if (state !== "ready") return this.#show(state, WORDS[state]);
    if (this.badge.dataset.state !== "ready" && !(await this.#load())) return undefined;
    return this.#show("ready", `${this.model.name} is ready`);
  }

  /** Asks for the model, the groups and the adapters; says whether they came. */
  async #load() {
    try {
      const [model, groups, adapters] = await Promise.all([getModel(), getGroups(), getAdapters()]);
      this.model = model;
      await this.listener.onModel(model, groups, adapters);
      return true;
    } catch (problem) {
      if (!problem.unauthorized) this.#show("gone", problem.message);
      return false;
    }
  }

  #doubt(problem) {
    if (problem.unauthorized) {
      this.#show("key", WORDS.key);
      this.listener.onKeyNeeded();
    } else if (problem.unreached || problem.status >= 500) this.check();
  }

  #show(state, words) {
    // A status that is written again is read out again.
    if (this.badge.textContent !== words) this.badge.textContent = words;
    this.badge.dataset.state = state;
  }
}
