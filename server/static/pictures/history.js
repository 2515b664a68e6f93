// This session's results, newest first, in memory only: a strip of small pictures to go back to.

const KEPT = 24;

export class History {
  /** @param show called with the result whose small picture was chosen */
  constructor({ panel, list }, show) {
    Object.assign(this, { panel, list, show, results: [] });
  }

  add(result) {
    this.results.unshift(result);
    for (const old of this.results.splice(KEPT)) for (const image of old.images) URL.revokeObjectURL(image.url);
    this.#draw();
  }

  /** Marks the result that is on the wall. */
  mark(result) {
    this.list.querySelectorAll("button").forEach((button, index) => {
      if (this.results[index] === result) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
  }

  #draw() {
    this.list.replaceChildren(...this.results.map((result) => this.#thumb(result)));
    this.panel.hidden = this.results.length < 2;
  }

  #thumb(result) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const picture = document.createElement("img");
    const [first] = result.images;
    const more = result.images.length > 1 ? `, ${result.images.length} pictures` : "";
    Object.assign(picture, { src: first.url, alt: "", width: first.width, height: first.height });
    Object.assign(button, { type: "button", className: "thumb" });
    button.setAttribute("aria-label", `Show: ${result.settings.description.trim().slice(0, 120)}, seed ${result.settings.seed}${more}`);
    button.append(picture);
    button.addEventListener("click", () => this.show(result));
    item.append(button);
    return item;
  }
}
