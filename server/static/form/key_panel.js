// Asks for an API key when the server wants one, and shows that one is in use.

import { apiKey, mayBeKey, useKey } from "../service/key.js";

export class KeyPanel extends EventTarget {
  /** @param elements `{panel, input, error, state, forget}` */
  constructor(elements) {
    super();
    this.elements = elements;
    elements.panel.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#use(elements.input.value.trim());
    });
    elements.input.addEventListener("input", () => this.#tell(""));
    elements.forget.addEventListener("click", () => this.forget());
    this.#showState();
  }

  get open() {
    return !this.elements.panel.hidden;
  }

  /**
   * Shows the question; a key that is in use was refused. Event `key` follows when one is given.
   * @param focus whether to take the focus from where it is
   */
  ask(focus = true) {
    const { panel, input } = this.elements;
    panel.hidden = false;
    if (apiKey()) this.#tell("The server does not take this key. It may have been revoked.");
    if (!focus) return;
    input.focus();
    panel.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.elements.panel.hidden = true;
  }

  forget() {
    useKey("");
    this.#showState();
  }

  #use(key) {
    if (!mayBeKey(key)) {
      this.#tell(key ? "A key has no spaces, and only plain letters, digits and signs." : "Write a key.");
      return this.elements.input.focus();
    }
    useKey(key);
    this.elements.input.value = "";
    this.#showState();
    this.close();
    return this.dispatchEvent(new Event("key"));
  }

  #tell(message) {
    const { error, input } = this.elements;
    error.textContent = message;
    error.hidden = !message;
    if (message) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  #showState() {
    this.elements.state.hidden = !apiKey();
  }
}
