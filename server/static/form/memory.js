// What the form held before: from a link, or from this browser's own memory, which a refresh does not empty.

import { Draft } from "./draft.js";
import { fromHash } from "./settings.js";

export class FormMemory {
  /**
   * @param form the form
   * @param store keeps the start picture's file
   */
  constructor(form, store) {
    Object.assign(this, { form, store });
    // Before the model is known the other fields are not filled: only the words are kept then.
    this.draft = new Draft(() => (form.model ? form.raw() : { ...this.draft.value, description: form.box.value }));
    window.addEventListener("hashchange", () => this.#fromLink());
  }

  /** The words come back at once, before the server has answered. */
  restoreWords() {
    const held = this.draft.value;
    if (!held || fromHash(location.hash)) return;
    this.form.box.value = held.description ?? "";
    this.form.parts.value = held;
  }

  /** The rest, once the model is known; a link comes before what this browser kept. */
  async restoreRest() {
    if (this.#fromLink()) return;
    if (this.draft.value) this.form.setRaw(this.draft.value);
    const picture = await this.store.start().catch(() => null);
    if (picture && !this.form.start.file) this.form.start.set(picture);
  }

  /** The form changed: what the address said of it is no longer so. */
  keep() {
    this.draft.touch();
    if (fromHash(location.hash)) window.history.replaceState(null, "", location.pathname + location.search);
  }

  /** The start picture changed. A browser that keeps no files loses it with the page, and nothing else. */
  keepStart() {
    this.store.keepStart(this.form.start.file).catch(() => undefined);
  }

  forget() {
    this.draft.forget();
    this.form.restore({});
  }

  #fromLink() {
    const linked = fromHash(location.hash);
    if (linked) this.form.restore(linked);
    return linked !== null;
  }
}
