// The settings form: filled from the model's limits, read into a request, restored from one, and the place where a
// problem is shown beside the field it names.

import { Problem } from "../service/api.js";
import { inWords, samplerName } from "./names.js";
import { numberIn } from "./numbers.js";
import { SeedField } from "./seed.js";
import { SizeField } from "./sizes.js";

const LABELS = { steps: "Steps", guidance_scale: "Guidance", num_images: "Pictures", image_index: "Picture index", width: "Width", height: "Height" };
const at = (id) => document.getElementById(id);

export class Form {
  /** @param box the description box, whose value is part of a request */
  constructor(box) {
    this.box = box;
    this.seed = new SeedField({ input: at("seed"), lock: at("seed-lock"), reuse: at("seed-reuse") });
    this.size = new SizeField({ choices: at("size-choices"), custom: at("size-custom"), width: at("width"), height: at("height") });
    at("composer").addEventListener("input", (event) => this.#clear(event.target.closest("[data-field]")?.dataset.field));
  }

  setModel(model) {
    this.size.setModel(model);
    at("sampler").replaceChildren(...model.samplers.map((name) => new Option(samplerName(name), name)));
    at("sampler").value = model.default_sampler;
    at("steps").max = model.max_steps;
    at("steps").value = model.default_steps;
    at("steps-hint").textContent = `1 to ${model.max_steps}; usually ${model.default_steps}`;
    at("guidance_scale").max = model.max_guidance_scale;
    at("guidance_scale").value = model.default_guidance_scale;
    at("guidance_scale-hint").textContent = `Higher follows the words more closely; usually ${model.default_guidance_scale}`;
    at("num_images").max = model.max_images;
    at("num_images-hint").textContent = `1 to ${model.max_images}`;
  }

  /**
   * The request the form holds.
   * @throws Problem naming the field, for what cannot even be sent
   */
  read() {
    const { width, height } = this.size.value;
    const request = {
      description: this.box.value,
      negative_description: at("negative_description").value,
      width,
      height,
      steps: numberIn(at("steps")),
      guidance_scale: numberIn(at("guidance_scale")),
      sampler: at("sampler").value || null,
      seed: readSeed(at("seed").value.trim()),
      image_index: numberIn(at("image_index")) ?? 0,
      num_images: numberIn(at("num_images")) ?? 1,
      image_format: at("image_format").value,
    };
    for (const [field, name] of Object.entries(LABELS)) {
      if (Number.isNaN(request[field])) throw new Problem({ detail: `${name} must be a number.`, field });
    }
    return request;
  }

  /** Puts settings back; what they do not name stays. */
  restore(settings) {
    if (settings.description !== undefined) this.box.value = settings.description;
    if (settings.width && settings.height) this.size.set(settings.width, settings.height);
    for (const name of ["negative_description", "steps", "guidance_scale", "num_images", "sampler", "image_format"]) {
      if (settings[name] !== undefined) at(name).value = settings[name];
    }
    // A choice the model does not have leaves a list empty: fall back to its first.
    for (const list of [at("sampler"), at("image_format")]) if (list.selectedIndex < 0) list.selectedIndex = 0;
    this.seed.set(settings.seed ?? null);
    at("image_index").value = settings.image_index ?? 0;
    this.clearProblems();
  }

  /** Shows each mistake at the field it names and moves to the first; says whether there is such a field. */
  showProblem(problem) {
    const controls = problem.errors.map(({ field, detail }) => this.#show(fieldName(field), detail)).filter(Boolean);
    controls[0]?.focus();
    return controls.length > 0;
  }

  #show(name, detail) {
    const place = at(`${name}-error`);
    if (!place) return null;
    place.textContent = inWords(detail);
    place.hidden = false;
    at("advanced").open ||= at("advanced").contains(place);
    document.querySelector(`[data-field="${name}"]`).classList.add("is-wrong");
    const control = this.#control(name);
    control.setAttribute("aria-invalid", "true");
    return control;
  }

  clearProblems() {
    for (const place of document.querySelectorAll("[data-field]")) this.#clear(place.dataset.field);
  }

  #control(name) {
    return name === "size" ? at("size-choices").querySelector("input:checked") ?? at("size") : at(name);
  }

  #clear(name) {
    if (!name) return;
    at(`${name}-error`).hidden = true;
    this.#control(name).removeAttribute("aria-invalid");
    document.querySelector(`[data-field="${name}"]`).classList.remove("is-wrong");
  }
}

function readSeed(text) {
  if (text === "") return null;
  if (!/^\d{1,15}$/.test(text)) throw new Problem({ detail: `Seed must be a whole number or empty; got “${text.slice(0, 40)}”.`, field: "seed" });
  return Number(text);
}

function fieldName(field) {
  const name = String(field ?? "").split(/[./]/).pop();
  return name === "width" || name === "height" ? "size" : name;
}
