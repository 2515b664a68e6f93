// The choice of picture size: cards for sizes the model was made for, and free numbers where it allows them.

import { numberIn } from "./numbers.js";

const NAMES = [
  [0.87, "Portrait"],
  [1.15, "Square"],
  [Infinity, "Landscape"],
];

export class SizeField {
  constructor({ choices, custom, width, height }) {
    Object.assign(this, { choices, custom, width, height });
    choices.addEventListener("change", () => this.#showCustom());
  }

  setModel(model) {
    const sizes = model.sizes.length ? model.sizes : usualSizes(model);
    const cards = sizes.map(([width, height]) => card(`${width}x${height}`, nameOf(width, height), width, height));
    if (!model.sizes.length) cards.push(card("custom", "Custom", 1, 1, `multiples of ${model.widths.multiple}`));
    this.choices.replaceChildren(...cards);
    for (const [input, limits] of [[this.width, model.widths], [this.height, model.heights]]) {
      input.min = limits.minimum;
      input.max = limits.maximum;
      input.step = limits.multiple;
    }
    this.set(model.default_width, model.default_height);
  }

  /** The chosen `{width, height}`; a number that is none is NaN. */
  get value() {
    const chosen = this.choices.querySelector("input:checked")?.value;
    if (!chosen) return { width: null, height: null };
    if (chosen === "custom") return { width: numberIn(this.width), height: numberIn(this.height) };
    const [width, height] = chosen.split("x").map(Number);
    return { width, height };
  }

  /** Chooses a size; one that has no card and may not be typed leaves the choice as it is. */
  set(width, height) {
    const name = [`${width}x${height}`, "custom"].find((value) => this.choices.querySelector(`[value="${value}"]`));
    if (!name) return;
    this.width.value = width;
    this.height.value = height;
    this.choices.querySelector(`[value="${name}"]`).checked = true;
    this.#showCustom();
  }

  /** Chooses the card whose shape is nearest to a picture's. */
  nearest(width, height) {
    const shapes = [...this.choices.querySelectorAll("input")].map(({ value }) => value.split("x").map(Number));
    const distance = ([w, h]) => Math.abs(Math.log((w * height) / (h * width)));
    const [best] = shapes.filter(([, h]) => h).sort((a, b) => distance(a) - distance(b));
    if (best) this.set(...best);
  }

  #showCustom() {
    this.custom.hidden = !this.choices.querySelector('[value="custom"]:checked');
  }
}

function usualSizes({ default_width: width, default_height: height, widths, heights }) {
  const fit = (side, limits) =>
    Math.min(limits.maximum, Math.max(limits.minimum, Math.round(side / limits.multiple) * limits.multiple));
  const side = Math.sqrt(width * height);
  const sizes = [[width, height], [fit(side, widths), fit(side, heights)], [fit(height, widths), fit(width, heights)]];
  return [...new Map(sizes.map((size) => [size.join(), size])).values()];
}

const nameOf = (width, height) => NAMES.find(([ratio]) => width / height < ratio)[1];

function card(value, name, width, height, note = `${width} × ${height}`) {
  const label = document.createElement("label");
  label.className = "size-choice";
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "size", value });
  const words = document.createElement("span");
  const title = document.createElement("b");
  title.textContent = name;
  const size = document.createElement("small");
  size.textContent = note;
  words.append(title, size);
  label.append(input, shape(width, height), words);
  return label;
}

function shape(width, height) {
  const longest = Math.max(width, height);
  const [w, h] = [(width / longest) * 22, (height / longest) * 22];
  const draw = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const svg = draw("svg", { viewBox: "0 0 28 28", class: "size-shape", "aria-hidden": "true" });
  svg.append(draw("rect", { x: 14 - w / 2, y: 14 - h / 2, width: w, height: h, rx: 2 }));
  return svg;
}
