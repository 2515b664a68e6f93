// One question after the other: a key answers, the next picture is there. Nothing is kept here but the name.

const KEYS = "1234567890qwertasdfgzxcvbyuiopjklnm";
const UNSURE = "cannot tell";
const get = (id) => document.getElementById(id);
let annotator = "";
let task = null;
let shownAt = 0;
let busy = false;

async function ask(path, body) {
  const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, options);
  if (response.status === 204) return null;
  const told = await response.json();
  if (!response.ok) throw Object.assign(new Error(told.detail ?? response.statusText), { status: response.status });
  return told;
}

// One thing at a time: a key pressed twice is one answer.
async function during(work) {
  if (busy) return;
  busy = true;
  get("trouble").textContent = "";
  try {
    await work();
  } catch (error) {
    get("trouble").textContent = error.message;
  } finally {
    busy = false;
  }
}

function show(question) {
  task = question;
  get("desk").hidden = task === null;
  get("finished").hidden = task !== null;
  get(task === null ? "finished" : "buttons").after(get("said"), get("trouble")); // where they are seen
  if (task === null) {
    get("progress").textContent = "";
    tellLeft();
    return;
  }
  const picture = `pictures/${encodeURIComponent(task.picture)}`;
  if (get("picture").getAttribute("src") !== picture) get("picture").src = picture;
  get("shade").hidden = !task.has_region;
  if (task.has_region) get("shade").src = `${picture}/regions/${encodeURIComponent(task.region)}`;
  get("region").textContent = task.region;
  get("question").textContent = task.question;
  get("progress").textContent = `${task.done} done, ${task.open} open`;
  get("suggested").textContent = task.suggested === null ? "" : `A model suggests: ${task.suggested}. Say what you see.`;
  get("values").replaceChildren(...task.values.map(button));
  shownAt = performance.now();
}

// Whether the round can go on, or waits for somebody else.
async function tellLeft() {
  get("left").textContent = "";
  const { open, second } = await ask("left").catch(() => ({ open: 0, second: 0 }));
  const of = second === 0 ? "" : `, ${second} of them for a second person, who begins with another name`;
  if (open > 0) get("left").textContent = `Open for others: ${open}${of}.`;
}

function button(value, place) {
  const made = document.createElement("button");
  made.type = "button";
  const key = document.createElement("kbd");
  key.textContent = KEYS[place] ?? "";
  made.append(key, value.replaceAll("_", " "));
  made.addEventListener("click", () => answer(value));
  return made;
}

const next = () => ask(`question?annotator=${encodeURIComponent(annotator)}`);

const answer = (value) => during(async () => {
  if (task === null) return;
  const { picture, attribute } = task;
  const seconds = Math.min(86400, (performance.now() - shownAt) / 1000);
  try {
    show(await ask("answer", { annotator, picture, attribute, value, seconds }));
    get("said").textContent = `${attribute}: ${value}`;
  } catch (error) {
    if (error.status !== 404) throw error;
    show(await next());
    get("said").textContent = error.message; // the picture was taken down: on with the next one
  }
});

const undo = () => during(async () => {
  const back = await ask("undo", { annotator });
  if (back === null) {
    get("said").textContent = "There is nothing to take back.";
    return;
  }
  show(back);
  get("said").textContent = `${back.attribute}: taken back`;
});

function highlight() {
  const button = get("highlight");
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  get("shade").style.visibility = on ? "visible" : "hidden";
}

document.addEventListener("keydown", (event) => {
  if (get("who").hidden === false || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target instanceof HTMLButtonElement && [" ", "Enter"].includes(event.key)) return; // the button's own
  const place = event.key.length === 1 ? KEYS.indexOf(event.key.toLowerCase()) : -1;
  if (event.key === "Backspace") undo();
  else if (task === null) return;
  else if (event.key === " ") answer(UNSURE);
  else if (event.key === "Enter") highlight();
  else if (place >= 0 && place < task.values.length) answer(task.values[place]);
  else return;
  event.preventDefault();
});

get("unsure").addEventListener("click", () => answer(UNSURE));
get("undo").addEventListener("click", undo);
get("highlight").addEventListener("click", highlight);
get("who").addEventListener("submit", (event) => {
  event.preventDefault();
  annotator = get("annotator").value.trim();
  if (!annotator) return;
  during(async () => {
    show(await next());
    get("who").hidden = true;
    document.activeElement?.blur();
  });
});
get("annotator").focus();
