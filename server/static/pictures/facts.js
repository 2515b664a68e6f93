// What a result was made with, as names and values for readers.

import { samplerName } from "../form/names.js";

/** `[[name, value, note]]` of a result; `timed` adds how long it took. */
export function factsOf({ request, ran, images, start, timings }, { timed = true } = {}) {
  const pass = ran.second_pass;
  const [from, to] = ran.guidance_interval ?? [0, 1];
  const facts = [
    ["Left out", request.negative_description],
    ["Weights", pairs(request.weights, (group, weight) => `${group} ×${weight}`)],
    ["Added parts", pairs(request.groups, (group, words) => `${group}: ${words}`)],
    ["Adapters", pairs(request.loras, (name, scale) => `${name} ×${scale}`)],
    ["Seed", String(ran.seed)],
    ["Picture index", ran.image_index ? String(ran.image_index) : ""],
    ["Size", `${images[0].width} × ${images[0].height}`],
    ["Steps", `${ran.steps}, ${samplerName(ran.sampler)}`],
    ["Guidance", String(ran.guidance_scale), from === 0 && to === 1 ? "" : `from ${from} to ${to} of the denoising`],
    ["Start picture", start ? changedOf(request, ran) : "", start?.name ?? ""],
    ["Second pass", pass ? passOf(pass) : "", pass && pass.scale !== 1 ? `enlarged ${pass.scale} times` : ""],
  ];
  if (timed && timings) facts.push(["Time", seconds(timings.total_seconds), partsOf(timings)]);
  return facts.filter(([, value]) => value);
}

function changedOf({ change, control }, { strength }) {
  if (control) return "only its layout stays";
  return change ? `only ${change.join(", ")} changed` : `changed by ${strength}`;
}

const passOf = ({ strength, steps, guidance_scale: scale }) => `strength ${strength}, ${steps} steps, guidance ${scale}`;

const pairs = (values, show) =>
  Object.entries(values ?? {}).map(([name, value]) => show(name, value)).join(", ");

function partsOf(timings) {
  const parts = [
    ["waiting", timings.queue_seconds],
    ["text", timings.text_seconds],
    ["start picture", timings.init_image_seconds],
    ["denoising", timings.denoise_seconds],
    ["decoding", timings.decode_seconds],
    ["encoding", timings.encode_seconds],
  ];
  return parts.filter(([, value]) => value >= 0.005).map(([name, value]) => `${name} ${seconds(value)}`).join(", ");
}

const seconds = (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(1)} s`;
