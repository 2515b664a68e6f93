// Changing one part of a picture: which part, and what it shall be. It does not draw.

import { button, make } from "./elements.js";

/**
 * Builds the question that asks for a part and its new words.
 * @param spans of the picture's text, `[{group, start, end}]`
 * @param groups that can be changed
 * @param change called with `(group, words)`
 * @param close called when nothing shall change
 */
export function changeOf({ text, spans }, groups, { change, close }) {
  const form = make("form", "change");
  form.noValidate = true;
  const said = (group) => spans.filter((span) => span.group === group).map(({ start, end }) => text.slice(start, end)).join(", ");
  const select = make("select");
  // What the words name comes first.
  const named = groups.filter(said);
  select.append(...[...named, ...groups.filter((group) => !said(group))].map((group) => new Option(group, group)));
  const words = Object.assign(make("input"), { type: "text", autocomplete: "off", placeholder: "what it shall be" });
  const fill = () => Object.assign(words, { value: said(select.value) });
  select.addEventListener("change", fill);
  fill();
  const draw = Object.assign(make("button", "button primary", "Draw"), { type: "submit" });
  form.append(labelled("Change only", select), labelled("to", words), draw, button("Cancel", "", close));
  form.append(make("p", "hint", "All other pixels stay as they are, to the last bit."));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const wanted = words.value.trim();
    if (!wanted || wanted === said(select.value)) return words.focus();
    change(select.value, wanted);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  return form;
}

function labelled(name, control) {
  const label = make("label");
  label.append(make("span", "", name), " ", control);
  return label;
}

/** The request that changes one part of a picture of `result`, and leaves the rest. */
export function changeRequest({ request, ran }, image, group, words) {
  const { second_pass: pass, strength, ...rest } = request;
  return {
    ...rest,
    groups: { ...rest.groups, [group]: words },
    change: [group],
    seed: ran.seed,
    image_index: image.imageIndex,
    num_images: 1,
    width: image.width,
    height: image.height,
    // A JPEG would change every pixel.
    image_format: rest.image_format === "webp" ? "webp" : "png",
  };
}
