// The studio's page: puts the parts together and decides what is on the wall.

import { getGroups, getModel, parse } from "./service/api.js";
import { DescriptionBox } from "./text/description.js";
import { EXAMPLES, SPECIMEN } from "./form/examples.js";
import { Form } from "./form/form.js";
import { History } from "./pictures/history.js";
import { inWords } from "./form/names.js";
import { resultOf } from "./pictures/result.js";
import { ProgressView } from "./pictures/progress.js";
import { run } from "./service/run.js";
import { fromHash, toHash } from "./form/settings.js";
import { paintWords } from "./text/words.js";

const at = (id) => document.getElementById(id);

const box = new DescriptionBox(
  { input: at("description"), layer: at("layer"), legend: at("legend"), empty: at("legend-empty"), count: at("description-count") },
  parse,
);
const form = new Form(box);
const progress = new ProgressView({
  panel: at("pending"), label: at("progress-label"), bar: at("progress-bar"), elapsed: at("progress-elapsed"),
  caption: at("pending-caption"), blank: at("pending-blank"), announcer: at("announcer"),
});
const history = new History({ panel: at("history"), list: at("history-list") }, (result) => hang(result));
let current = null;
let shown = null;

function hang(result) {
  shown = result;
  at("result").replaceChildren(...(result ? [resultOf(result, { again, share })] : []));
  at("result").hidden = !result;
  at("empty").hidden = Boolean(result);
  history.mark(result);
}

async function start() {
  if (current) return;
  form.clearProblems();
  trouble(null);
  let request;
  try {
    request = form.read();
  } catch (problem) {
    form.showProblem(problem);
    return;
  }
  current = new AbortController();
  begin(request);
  try {
    const result = await run(request, box.spans, current.signal, {
      onEvent: (event, data) => progress.show(event, data),
      onWait: (seconds, quiet) => progress.waiting(seconds, quiet),
    });
    finish(result);
  } catch (error) {
    end();
    failed(error);
  }
}

function begin({ description, width, height }) {
  progress.start({ text: description, spans: box.spans, width, height });
  at("empty").hidden = true;
  at("result").hidden = true;
  at("generate").setAttribute("aria-disabled", "true");
  at("generate").textContent = "Generating";
  at("stage").setAttribute("aria-busy", "true");
  bringIntoView();
}

function end() {
  const cancelHadFocus = document.activeElement === at("cancel");
  current = null;
  progress.stop();
  at("generate").removeAttribute("aria-disabled");
  at("generate").textContent = "Generate";
  at("stage").removeAttribute("aria-busy");
  hang(shown);
  return cancelHadFocus;
}

function finish(result) {
  const cancelHadFocus = end();
  form.seed.used(result.settings.seed);
  history.add(result);
  hang(result);
  const count = result.images.length;
  at("announcer").textContent = `${count === 1 ? "The picture is" : `${count} pictures are`} ready. Seed ${result.settings.seed}.`;
  if (cancelHadFocus) at("stage-title").focus({ preventScroll: true });
}

function failed(error) {
  if (error.name === "AbortError") {
    at("announcer").textContent = "Cancelled.";
    at("generate").focus({ preventScroll: true });
    return;
  }
  if (form.showProblem(error)) return;
  const reached = progress.reached;
  trouble(inWords(error.message) + (reached ? ` It had reached ${reached}.` : ""));
}

/** Shows what went wrong where the picture would be; null clears it. */
function trouble(message) {
  const words = document.createElement("p");
  words.textContent = message ?? "";
  const retry = document.createElement("button");
  Object.assign(retry, { type: "button", className: "button", textContent: "Try again" });
  retry.addEventListener("click", start);
  at("trouble").replaceChildren(words, retry);
  at("trouble").hidden = message === null;
}

function again(settings) {
  form.restore(settings);
  at("announcer").textContent = "Words and settings are back in the form.";
  at("description").focus();
}

async function share(settings) {
  const link = new URL(toHash(settings), location.href);
  window.history.replaceState(null, "", link);
  try {
    await navigator.clipboard.writeText(link.href);
    note("Link copied");
  } catch {
    // Without permission, or without https: the address bar holds the link.
    note("The link is in the address bar");
  }
}

function note(words) {
  at("announcer").textContent = `${words}.`;
  const button = [...at("result").querySelectorAll("button")].at(-1);
  button.textContent = words;
  setTimeout(() => (button.textContent = "Share"), 2500);
}

function bringIntoView() {
  const { top } = at("stage").getBoundingClientRect();
  if (top > 0 && top < window.innerHeight / 2) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  at("stage").scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
}

function restoreFromAddress() {
  const settings = fromHash(location.hash);
  if (settings) form.restore(settings);
}

function state(name, words) {
  at("model-state").dataset.state = name;
  at("model-state").textContent = words;
}

/** Asks for the model until the server answers: first at once, then at growing intervals. */
async function connect(waitSeconds = 1) {
  try {
    const [model, groups] = await Promise.all([getModel(), getGroups()]);
    form.setModel(model);
    box.setLimits({ order: groups.map(({ group }) => group), maxCharacters: model.max_characters });
    restoreFromAddress();
    state("ready", `${model.name} is ready`);
    at("model-facts").textContent = `Model ${model.name} ${model.version}, licence ${model.licence}`;
  } catch (problem) {
    state("down", problem.busy ? "The model is still loading" : "The server cannot be reached");
    setTimeout(() => connect(Math.min(2 * waitSeconds, 15)), waitSeconds * 1000);
  }
}

function showExamples() {
  at("examples").replaceChildren(
    ...EXAMPLES.map(({ name, text }) => {
      const chip = document.createElement("button");
      Object.assign(chip, { type: "button", className: "chip", textContent: name, title: text });
      chip.addEventListener("click", () => {
        box.value = text;
        form.clearProblems();
        at("description").focus();
      });
      return chip;
    }),
  );
}

function showSpecimen() {
  const spans = [];
  let text = "";
  for (const [phrase, group] of SPECIMEN) {
    text += text ? ", " : "";
    spans.push({ start: text.length, end: text.length + phrase.length, group, weight: 1 });
    text += phrase;
  }
  paintWords(at("empty-words"), text, spans);
}

at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});
at("composer").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    start();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") current?.abort();
});
at("cancel").addEventListener("click", () => current?.abort());
window.addEventListener("hashchange", restoreFromAddress);
if (/Mac|iP/.test(navigator.platform)) at("shortcut-key").textContent = "⌘";
showExamples();
showSpecimen();
connect();
