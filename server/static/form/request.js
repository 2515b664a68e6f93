// Reads the form into a request, and the raw state of its fields for a draft. What is empty is not in the request: the
// gateway's own defaults hold.

import { Problem } from "../service/problem.js";
import { readNumber } from "./numbers.js";

const at = (id) => document.getElementById(id);
/** In the list of what may change: all of it, if things stay where they are. */
export const LAYOUT = "(layout)";
const SECOND_PASS = { strength: "Strength", scale: "Enlargement", steps: "Steps", guidance_scale: "Guidance" };

/**
 * The body that the form holds, without the start picture's file.
 * @param form `{box, parts, size, start, fast, loras}`
 * @throws Problem naming the field, for what cannot even be sent
 */
export function readRequest({ box, parts, size, start, fast, loras }) {
  const { weights, groups } = parts.value;
  const { width, height } = size.value;
  for (const side of [width, height]) {
    if (Number.isNaN(side)) throw new Problem({ detail: "Width and height must be numbers.", field: "width" });
  }
  return filled({
    description: box.value.trim() || !Object.keys(groups).length ? box.value : null,
    groups: filled(groups),
    weights: filled(weights),
    negative_description: at("negative_description").value || null,
    width,
    height,
    ...fast.choice,
    ...(fast.choice?.variant ? {} : readSteps()),
    loras: loras.value,
    seed: readSeed(at("seed").value.trim()),
    image_index: readNumber("image_index", "Picture index") || null,
    num_images: readNumber("num_images", "Pictures") ?? 1,
    image_format: at("image_format").value,
    ...(start.file ? readStart() : {}),
    second_pass: at("second_pass").checked ? readSecondPass() : null,
  });
}

/** Without null and empty objects, but an empty `second_pass`, which asks for one. */
function filled(values) {
  const entries = Object.entries(values).filter(([name, value]) => {
    if (value === null || value === undefined) return false;
    return name === "second_pass" || typeof value !== "object" || Object.keys(value).length > 0;
  });
  return Object.fromEntries(entries);
}

/** How much of the start picture changes, or which part of it alone; or that nothing of it stays but its layout. */
function readStart() {
  const part = at("change").value;
  if (part === LAYOUT) return { control: { scale: 1 } };
  return part ? { change: [part] } : { strength: readNumber("strength", "Strength") };
}

function readSteps() {
  return {
    steps: readNumber("steps", "Steps"),
    guidance_scale: readNumber("guidance_scale", "Guidance"),
    guidance_interval: readInterval(),
    sampler: at("sampler").value || null,
  };
}

function readInterval() {
  const start = readNumber("interval_start", "From", "guidance_interval") ?? 0;
  const end = readNumber("interval_end", "To", "guidance_interval") ?? 1;
  return start === 0 && end === 1 ? null : [start, end];
}

function readSecondPass() {
  const read = ([name, label]) => [name, readNumber(`second_pass_${name}`, label, "second_pass")];
  return filled(Object.fromEntries(Object.entries(SECOND_PASS).map(read)));
}

function readSeed(text) {
  if (text === "") return null;
  if (!/^\d{1,15}$/.test(text)) {
    const detail = `Seed must be a whole number or empty; got “${text.slice(0, 40)}”.`;
    throw new Problem({ detail, field: "seed" });
  }
  return Number(text);
}
