// One finished request on the wall: its pictures on a mat, and a placard with the words, the settings and what can be
// done with them.

import { alone, fileName } from "../form/settings.js";
import { callView } from "./call.js";
import { changeOf } from "./change.js";
import { button, make } from "./elements.js";
import { factsOf } from "./facts.js";
import { linkWords } from "../text/heeded.js";
import { columnsFor, fit } from "./mat.js";
import { paintWords } from "../text/words.js";

/**
 * Builds the article that shows a result.
 * @param result as `service/run.js` makes it, with an `url` for each of its images
 * @param actions `{again, edit, share, compare, sharpen, change}`: the first three are called with a request and the result
 * @param view `{sharp, changeable}`: whether pixels are shown as squares, and the groups that can be changed alone
 */
export function resultOf(result, actions, { sharp, changeable }) {
  const article = make("article", "result");
  const many = result.images.length > 1;
  const mat = make("div", "mat");
  mat.toggleAttribute("data-many", many);
  mat.toggleAttribute("data-sharp", sharp);
  mat.style.setProperty("--columns", columnsFor(result.images.length));
  const ask = changeable.length ? (image) => askForChange(article, result, image, changeable, actions) : null;
  mat.append(...result.images.map((image) => figureOf(result, image, many, actions, ask)));
  article.toggleAttribute("data-many", many);
  article.append(mat, placardOf(result, actions, many, { sharp, mat, ask }));
  return article;
}

/** The text that stands for a picture where it cannot be seen. */
const altOf = ({ text, images }, image) =>
  `Picture${images.length > 1 ? ` ${image.index + 1} of ${images.length}` : ""}: ${text.trim()}`;

/** A picture in its frame. */
export function framed(result, image) {
  const { url: src, width, height } = image;
  const picture = Object.assign(make("img", "picture"), { src, alt: altOf(result, image), width, height });
  const frame = make("div", "frame");
  frame.append(fit(picture, width, height));
  return frame;
}

function figureOf(result, image, many, actions, ask) {
  const figure = make("figure");
  figure.append(framed(result, image));
  if (!many) return figure;
  const caption = make("figcaption");
  const number = image.index + 1;
  const request = alone(result.request, image.imageIndex);
  caption.append(
    download(result, image, `Download ${number}`, "link"),
    link(`Make ${number} again`, "Draw this picture alone, with its seed and index", () => actions.again(request, result)),
    ...(ask ? [link(`Change a part of ${number}`, CHANGE, () => ask(image))] : []),
  );
  figure.append(caption);
  return figure;
}

function placardOf(result, actions, many, { sharp, mat, ask }) {
  const placard = make("div", "placard");
  const caption = make("p", "caption");
  paintWords(caption, result.text, result.spans);
  const heeded = linkWords(caption, [...mat.querySelectorAll(".frame")], result.images);
  const first = make("div", "actions");
  if (!many) first.append(download(result, result.images[0], "Download", "button"));
  const again = () => actions.again(result.request, result);
  first.append(button("Make again", "Draw the same request with the same seed once more", again));
  const second = make("div", "actions quiet");
  second.append(
    link("Edit", "Put these words and settings, with this seed, into the form", () => actions.edit(result.request, result)),
    link("Compare", "Put another result beside this one", () => actions.compare(result)),
    link("Share", "Copy a link that brings these words and settings back", (self) => {
      actions.share(result.request, result, self);
    }),
    ...(ask && !many ? [link("Change a part", CHANGE, () => ask(result.images[0]))] : []),
    sharpen(sharp, mat, actions),
  );
  const hint = heeded ? [make("p", "hint", "Point at words, or press them, to see where the picture heeded them.")] : [];
  placard.append(caption, ...hint, first, second, factList(factsOf(result)), callView(result));
  return placard;
}

/** Asks above the facts what to change; a question that is open already is put again for this picture. */
function askForChange(article, result, image, groups, actions) {
  const back = document.activeElement;
  article.querySelector(".change")?.remove();
  const close = () => {
    question.remove();
    back?.focus();
  };
  const question = changeOf(result, groups, {
    change: (group, words) => actions.change(result, image, group, words),
    close,
  });
  article.querySelector(".actions.quiet").after(question);
  question.querySelector("select").focus();
}

const CHANGE = "Draw one part of this picture anew, and leave the rest as it is";

const link = (label, title, act) => button(label, title, act, "link");

function sharpen(sharp, mat, actions) {
  const toggle = link("Sharp pixels", "Enlarge by whole numbers, without blur", () => {
    const on = mat.toggleAttribute("data-sharp");
    toggle.setAttribute("aria-pressed", String(on));
    actions.sharpen(on);
  });
  toggle.setAttribute("aria-pressed", String(sharp));
  return toggle;
}

function factList(facts) {
  const list = make("dl", "facts");
  for (const [name, value, note] of facts) {
    const detail = make("dd", "", value);
    if (note) detail.append(make("small", "", note));
    list.append(make("dt", "", name), detail);
  }
  return list;
}

function download({ request, ran }, image, label, className) {
  const anchor = make("a", className, label);
  anchor.href = image.url;
  anchor.download = fileName({ ...request, seed: ran.seed }, image.imageIndex, image.mediaType);
  return anchor;
}
