// The seed field with its two buttons: keep the seed for the next pictures, use the last one again.

export class SeedField {
  constructor({ input, lock, reuse }) {
    Object.assign(this, { input, lock, reuse, last: null });
    input.addEventListener("input", () => this.#setKept(input.value.trim() !== ""));
    lock.addEventListener("click", () => this.#toggle());
    reuse.addEventListener("click", () => this.set(this.last));
  }

  get kept() {
    return this.lock.getAttribute("aria-pressed") === "true";
  }

  /** Puts a seed in the field and keeps it; null means a random one each time. */
  set(seed) {
    this.input.value = seed ?? "";
    this.#setKept(seed !== null && seed !== undefined);
  }

  /** A picture was made with `seed`: a kept field shows it, any other is empty again. */
  used(seed) {
    this.last = seed;
    this.reuse.disabled = false;
    this.reuse.title = `Seed ${seed}`;
    this.input.value = this.kept ? seed : "";
  }

  #toggle() {
    const kept = !this.kept;
    this.#setKept(kept);
    if (kept && this.input.value.trim() === "" && this.last !== null) this.input.value = this.last;
  }

  #setKept(kept) {
    this.lock.setAttribute("aria-pressed", String(kept));
  }
}
