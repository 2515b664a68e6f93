// One finished request on the wall: its pictures on a mat, and a placard with the words, the settings and what can be
// done with them.

import { samplerName } from "../form/names.js";
import { alone, fileName } from "../form/settings.js";
import { paintWords } from "../text/words.js";

/**
 * Builds the article that shows a result.
 * @param result `{settings, spans, images: [{url, index, imageIndex, width, height, mediaType}], timings}`
 * @param actions `{again, share}`, called with the settings to make again or to share
 */
export function resultOf(result, actions) {
  const article = make("article", "result");
  const mat = make("div", "mat");
  const many = result.images.length > 1;
  if (many) mat.dataset.many = "";
  mat.append(...result.images.map((image) => figureOf(result, image, many, actions)));
  article.append(mat, placardOf(result, actions, many));
  return article;
}

/** The text that stands for a picture where it cannot be seen. */
export const altOf = ({ settings, images }, image) =>
  `Picture${images.length > 1 ? ` ${image.index + 1} of ${images.length}` : ""}: ${settings.description.trim()}`;

function figureOf(result, image, many, actions) {
  const figure = make("figure");
  const picture = make("img", "picture");
  Object.assign(picture, { src: image.url, alt: altOf(result, image), width: image.width, height: image.height });
  picture.style.setProperty("--ratio", `${image.width} / ${image.height}`);
  picture.style.setProperty("--fit", Math.min(1, image.width / image.height));
  const frame = make("div", "frame");
  frame.append(picture);
  figure.append(frame);
  if (many) {
    const caption = make("figcaption");
    const number = image.index + 1;
    const settings = alone(result.settings, image.imageIndex);
    caption.append(
      download(result, image, `Download ${number}`),
      button(`Make ${number} again`, "Put the settings that make this picture alone back into the form", () => actions.again(settings)),
    );
    figure.append(caption);
  }
  return figure;
}

function placardOf(result, actions, many) {
  const placard = make("div", "placard");
  const caption = make("p", "caption");
  paintWords(caption, result.settings.description, result.spans);
  const row = make("div", "actions");
  if (!many) row.append(download(result, result.images[0], "Download"));
  row.append(
    button("Make again", "Put these words and settings, with this seed, back into the form", () => actions.again(result.settings)),
    button("Share", "Copy a link that brings these words and settings back", () => actions.share(result.settings)),
  );
  placard.append(caption, factsOf(result), row);
  return placard;
}

function factsOf({ settings, timings, images }) {
  const facts = make("dl", "facts");
  const add = (name, value, note) => {
    const detail = make("dd", "", value);
    if (note) detail.append(make("small", "", note));
    facts.append(make("dt", "", name), detail);
  };
  if (settings.negative_description) add("Left out", settings.negative_description);
  add("Seed", String(settings.seed));
  if (settings.image_index) add("Picture index", String(settings.image_index));
  add("Size", `${images[0].width} × ${images[0].height}`);
  add("Steps", `${settings.steps}, ${samplerName(settings.sampler)}`);
  add("Guidance", String(settings.guidance_scale));
  if (timings) add("Time", seconds(timings.total_seconds), partsOf(timings));
  return facts;
}

function partsOf(timings) {
  const parts = [
    ["waiting", timings.queue_seconds],
    ["text", timings.text_seconds],
    ["denoising", timings.denoise_seconds],
    ["decoding", timings.decode_seconds],
    ["encoding", timings.encode_seconds],
  ];
  return parts.filter(([, value]) => value >= 0.005).map(([name, value]) => `${name} ${seconds(value)}`).join(", ");
}

const seconds = (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(1)} s`;

function download({ settings }, image, label) {
  const link = make("a", "button", label);
  link.href = image.url;
  link.download = fileName(settings, image.imageIndex, image.mediaType);
  return link;
}

function button(label, title, act) {
  const element = make("button", "button", label);
  element.type = "button";
  element.title = title;
  element.addEventListener("click", act);
  return element;
}

function make(name, className = "", text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}
