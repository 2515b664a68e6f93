// Where a picture heeded the words of a group: the maps that came with it, laid over it while somebody points at words.
// What was heeded little is veiled; what was heeded most is seen as it is.

import { make } from "../pictures/elements.js";

const VEIL = [12, 13, 16];
const DARKEST = 0.82;

/** Groups that any of the pictures has a map of. */
export const heededGroups = (images) => new Set(images.flatMap(({ attention }) => Object.keys(attention ?? {})));

/**
 * Makes the words of a caption show, pointed at, focused or pressed, where their group was heeded; whether any does.
 * @param caption holds an element for each phrase, with its group in `data-group`
 * @param frames the pictures' frames, in the order of `images`
 */
export function linkWords(caption, frames, images) {
  const groups = heededGroups(images);
  const words = [...caption.querySelectorAll("[data-group]")].filter(({ dataset }) => groups.has(dataset.group));
  const veils = frames.map((frame, index) => new Veil(frame, images[index].attention ?? {}));
  const show = (group) => veils.forEach((veil) => veil.show(group));
  let pressed = null;
  const press = (word) => {
    pressed = pressed === word ? null : word;
    for (const each of words) each.setAttribute("aria-pressed", String(each === pressed));
    show(pressed?.dataset.group ?? null);
  };
  for (const word of words) {
    Object.assign(word, { tabIndex: 0, title: `Show where the picture heeded the words of ${word.dataset.group}` });
    word.setAttribute("role", "button");
    word.setAttribute("aria-pressed", "false");
    for (const event of ["mouseenter", "focus"]) word.addEventListener(event, () => show(word.dataset.group));
    for (const event of ["mouseleave", "blur"]) {
      word.addEventListener(event, () => show(pressed?.dataset.group ?? null));
    }
    word.addEventListener("click", () => press(word));
    word.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && pressed) press(pressed);
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      press(word);
    });
  }
  return words.length > 0;
}

class Veil {
  constructor(frame, maps) {
    Object.assign(this, { frame, maps, made: new Map(), group: null });
  }

  /** Lays the map of a group over the picture; null takes it away. */
  async show(group) {
    this.group = group in this.maps ? group : null;
    if (this.group && !this.made.has(group)) this.made.set(group, this.#hung(this.maps[group]));
    // Another word may have been pointed at meanwhile.
    for (const [name, hung] of this.made) (await hung).toggleAttribute("data-on", name === this.group);
  }

  async #hung(blob) {
    const canvas = make("canvas", "veil");
    canvas.setAttribute("aria-hidden", "true");
    const map = await createImageBitmap(blob);
    Object.assign(canvas, { width: map.width, height: map.height });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(map, 0, 0);
    const cells = context.getImageData(0, 0, map.width, map.height);
    for (let at = 0; at < cells.data.length; at += 4) {
      cells.data.set([...VEIL, DARKEST * (255 - cells.data[at])], at);
    }
    context.putImageData(cells, 0, 0);
    this.frame.append(canvas);
    return canvas;
  }
}
