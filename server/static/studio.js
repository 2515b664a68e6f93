// The studio's page: puts the parts together and decides what a person's actions do.

import { Form } from "./form/form.js";
import { KeyPanel } from "./form/key_panel.js";
import { FormMemory } from "./form/memory.js";
import { clearProblem, showProblem } from "./form/problems.js";
import { StartPicture } from "./form/start_picture.js";
import { Drawing } from "./pictures/drawing.js";
import { History } from "./pictures/history.js";
import { Maker } from "./pictures/maker.js";
import { ProgressView } from "./pictures/progress.js";
import { Store } from "./pictures/store.js";
import { Wall } from "./pictures/wall.js";
import { parse } from "./service/api.js";
import { Connection } from "./service/connection.js";
import { Problem } from "./service/problem.js";
import { DescriptionBox } from "./text/description.js";
import { showExamples, showSpecimen } from "./text/example_chips.js";
import { Parts } from "./text/parts.js";
import { Reading } from "./text/reading.js";

const at = (id) => document.getElementById(id);
const main = document.querySelector("main");

const box = new DescriptionBox(
  { input: at("description"), layer: at("layer"), marks: at("marks"), count: at("description-count") }, parse,
);
const parts = new Parts(
  {
    list: at("parts"), panel: at("parts-panel"),
    add: { form: at("part-add"), group: at("part-group"), words: at("part-words") },
  },
  box,
);
new Reading(
  {
    panel: at("reading"), drawn: at("reading-drawn"), negative: at("reading-negative"), ignored: at("reading-ignored"),
    warnings: at("reading-warnings"),
  },
  box,
);
const start = new StartPicture({
  input: at("init_image"), zone: at("start"), shown: at("start-shown"), image: at("start-image"),
  name: at("start-name"), remove: at("start-remove"),
});
const form = new Form(box, parts, start);
const store = new Store();
const memory = new FormMemory(form, store);
const history = new History(
  { panel: at("history"), list: at("history-list"), note: at("history-note"), forget: at("forget") }, store,
);
const wall = new Wall({ empty: at("empty"), shown: at("shown"), trouble: at("trouble") }, history);
const progress = new ProgressView({
  panel: at("pending"), label: at("progress-label"), bar: at("progress-bar"), elapsed: at("progress-elapsed"),
  left: at("progress-left"), caption: at("pending-caption"), mat: at("pending-mat"), announcer: at("announcer"),
});
const drawing = new Drawing(progress);
const maker = new Maker(
  {
    stage: at("stage"), title: at("stage-title"), button: at("generate"), cancel: at("cancel"),
    announcer: at("announcer"),
  },
  { form, drawing, wall, history },
);
const key = new KeyPanel({
  panel: at("key-panel"), input: at("key"), error: at("key-error"), state: at("key-state"), forget: at("key-forget"),
});
// Who is writing keeps the focus.
const onKeyNeeded = () => key.open || key.ask(document.activeElement === document.body);
const connection = new Connection(at("model-state"), { onModel, onKeyNeeded });

async function onModel(model, groups, adapters) {
  const first = form.model === null;
  key.close();
  form.setModel(model);
  form.loras.setAdapters(adapters);
  drawing.previews = model.previews === true;
  drawing.attention = model.attention === true;
  drawing.adaptedAttention = model.adapted_attention === true;
  parts.setGroups(groups);
  box.setLimit(model.max_characters);
  at("model-facts").textContent = `Model ${model.name} ${model.version}, licence ${model.licence}`;
  if (first) await memory.restoreRest();
  if (start.file) at("start").open = true;
  openAdapters();
  box.refresh();
  showWhatIsWritten();
}

function showWhatIsWritten() {
  at("examples-panel").hidden = box.value.trim() !== "";
  at("clear").hidden = box.value === "";
}

/** Adapters that act are seen. */
function openAdapters() {
  if (Object.keys(form.loras.value).length) at("adapters").open = true;
}

function keep() {
  memory.keep();
  showWhatIsWritten();
}

function write(text) {
  box.value = text;
  clearProblem("description");
  keep();
  at("description").focus();
}

function forgetEverything() {
  memory.forget();
  key.forget();
  wall.hang(null);
  showWhatIsWritten();
  at("announcer").textContent = "Everything is forgotten.";
  at("description").focus();
}

at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  maker.generate();
});
main.addEventListener("keydown", (event) => {
  const hurried = event.ctrlKey || event.metaKey;
  const inSettings = at("settings").contains(event.target) && event.target.matches("input:not([type=file])");
  if (event.key !== "Enter" || !(hurried || inSettings)) return;
  event.preventDefault();
  maker.generate();
});
document.addEventListener("keydown", (event) => event.key === "Escape" && maker.cancel());
at("cancel").addEventListener("click", () => maker.cancel());
at("clear").addEventListener("click", () => write(""));
for (const event of ["input", "change"]) main.addEventListener(event, keep);
at("settings").addEventListener("click", keep);
parts.addEventListener("change", () => {
  clearProblem("parts");
  keep();
});
start.addEventListener("taken", ({ detail }) => {
  at("start").open = true;
  clearProblem("init_image");
  form.size.nearest(detail.width, detail.height);
});
start.addEventListener("refused", ({ detail }) => showProblem(new Problem({ detail, field: "init_image" })));
start.addEventListener("change", () => {
  memory.keepStart();
  keep();
});
maker.addEventListener("filled", () => {
  if (start.file) at("start").open = true;
  openAdapters();
  memory.keepStart();
  keep();
});
maker.addEventListener("locked", () => key.ask());
history.addEventListener("forgotten", forgetEverything);
key.addEventListener("key", async () => {
  await connection.check();
  if (!key.open) await maker.resume();
});
if (/Mac|iP/.test(navigator.platform)) at("shortcut-key").textContent = "⌘";

memory.restoreWords();
showExamples(at("examples"), write);
showSpecimen(at("empty-words"));
showWhatIsWritten();
history.load().then((latest) => latest && !maker.busy && wall.hang(latest));
connection.check();
