// The slider for a group's weight: a native range, so that mouse, finger and keyboard work as everywhere. Its places
// lie close together around 1, where differences are seen, and further apart above 2.

const fine = Array.from({ length: 41 }, (_, index) => index / 20);
const coarse = Array.from({ length: 10 }, (_, index) => 2 + (index + 1) / 5);
/** The weights one can choose, 0 to 4. */
const WEIGHTS = [...fine, ...coarse].map((weight) => Number(weight.toFixed(2)));
const ONE = WEIGHTS.indexOf(1);

/** The number of the place nearest to `weight`. */
function placeOf(weight) {
  const distances = WEIGHTS.map((each) => Math.abs(each - weight));
  return distances.indexOf(Math.min(...distances));
}

/** How a weight reads: "×1.2". */
export const times = (weight) => `×${Number(weight.toFixed(2))}`;

/**
 * A slider with its number.
 * @param most the largest weight that may be chosen; the phrases' own weights multiply with it, and 4 is the limit
 * @param onWeigh called with each new weight
 */
export function weightSlider({ group, weight, most, onWeigh }) {
  const range = Object.assign(document.createElement("input"), { type: "range", className: "weigh", min: 0, step: 1 });
  const limit = WEIGHTS.filter((each) => each <= most + 1e-9).length - 1;
  range.max = Math.max(limit, 0);
  range.setAttribute("aria-label", `Weight of ${group}`);
  range.title = "Drag to weigh these words; double-click for ×1";
  const number = document.createElement("output");
  number.className = "weigh-number";
  const show = (value) => {
    range.setAttribute("aria-valuetext", value === 0 ? "0, left out" : `${Number(value.toFixed(2))} times`);
    range.style.setProperty("--at", placeOf(value) / range.max);
    range.style.setProperty("--one", Math.min(1, ONE / range.max));
    number.textContent = times(value);
    number.toggleAttribute("data-changed", value !== 1);
  };
  const weigh = (value) => {
    show(value);
    onWeigh(value);
  };
  range.value = placeOf(weight);
  show(weight);
  range.addEventListener("input", () => weigh(WEIGHTS[range.valueAsNumber]));
  const reset = () => {
    range.value = ONE;
    weigh(1);
  };
  range.addEventListener("dblclick", reset);
  range.addEventListener("keydown", ({ key }) => (key === "Delete" || key === "Backspace") && reset());
  const holder = document.createElement("span");
  holder.className = "weigh-holder";
  holder.append(range, number);
  return holder;
}
