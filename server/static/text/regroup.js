// The choice of another group for words of a phrase: the words that shall move, and where to. It opens in the place of
// the button that asks for it, and closes when the words have moved or nothing shall change.

/**
 * A button that opens the choice.
 * @param phrase the words, as they stand in the text
 * @param group the group they have
 * @param groups the taxonomy, `[{group, summary}]`
 * @param onMove called with `(words, group)`
 * @param onClose called when the choice is closed
 */
export function regroup({ phrase, group, groups, onMove, onClose }) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "regroup" });
  button.setAttribute("aria-label", `Correct the group of “${phrase}”`);
  button.title = "These words belong to another part";
  button.append(arrows());
  button.addEventListener("click", () => open(button, { phrase, group, groups, onMove, onClose }));
  return button;
}

function open(button, { phrase, group, groups, onMove, onClose }) {
  const choice = document.createElement("span");
  choice.className = "regroup-choice";
  choice.setAttribute("role", "group");
  choice.setAttribute("aria-label", `Another group for “${phrase}”`);
  const words = wordToggles(phrase);
  const target = Object.assign(document.createElement("select"), { className: "regroup-target" });
  target.setAttribute("aria-label", "Group");
  target.append(...groups.map((each) => Object.assign(new Option(each.group, each.group), { title: each.summary })));
  target.value = group;
  const close = (focus) => {
    choice.replaceWith(button);
    if (focus) button.focus();
    onClose();
  };
  const move = () => {
    const chosen = words.chosen();
    close(true);
    if (chosen && target.value !== group) onMove(chosen, target.value);
  };
  const actions = [pressable("button", "Move", move), pressable("link", "Cancel", () => close(true))];
  choice.append(...words.elements, target, ...actions);
  choice.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" && !(event.key === "Enter" && event.target === target)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") move();
    else close(true);
  });
  button.replaceWith(choice);
  target.focus();
}

/** The words as buttons that are pressed while they shall move: at first all; one word needs no choice. */
function wordToggles(phrase) {
  const words = phrase.split(/\s+/).filter(Boolean);
  if (words.length === 1) return { elements: [], chosen: () => phrase.trim() };
  const elements = words.map((word) => {
    const toggle = pressable("regroup-word", word, () => {
      toggle.setAttribute("aria-pressed", String(toggle.getAttribute("aria-pressed") !== "true"));
    });
    toggle.setAttribute("aria-pressed", "true");
    return toggle;
  });
  const chosen = () => words.filter((_, index) => elements[index].getAttribute("aria-pressed") === "true").join(" ");
  return { elements, chosen };
}

function pressable(className, label, act) {
  const button = Object.assign(document.createElement("button"), { type: "button", className, textContent: label });
  button.addEventListener("click", act);
  return button;
}

function arrows() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of [["viewBox", "0 0 20 20"], ["class", "icon"], ["aria-hidden", "true"]]) {
    svg.setAttribute(name, value);
  }
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M3 7h12m-3-3 3 3-3 3M17 13H5m3-3-3 3 3 3");
  svg.append(path);
  return svg;
}
