// The whole form: filled from the model's limits, read into a request, restored from one or from a draft.

import { FastChoice } from "./fast.js";
import { Loras } from "./loras.js";
import { samplerName } from "./names.js";
import { clearProblem, clearProblems } from "./problems.js";
import { LAYOUT, readRequest } from "./request.js";
import { SeedField } from "./seed.js";
import { SizeField } from "./sizes.js";

const at = (id) => document.getElementById(id);
const PLAIN = [
  "negative_description", "steps", "guidance_scale", "sampler", "image_format", "image_index", "num_images", "strength",
];
const LISTS = ["sampler", "image_format", "change"];
const PASS = ["strength", "scale", "steps", "guidance_scale"];
const RAW = [...PLAIN, "change", "interval_start", "interval_end", ...PASS.map((name) => `second_pass_${name}`)];

export class Form {
  /**
   * @param box the description box
   * @param parts the parts' weights and additions
   * @param start the start picture
   */
  constructor(box, parts, start) {
    Object.assign(this, { box, parts, start, model: null });
    this.seed = new SeedField({ input: at("seed"), lock: at("seed-lock"), reuse: at("seed-reuse") });
    this.size = new SizeField({
      choices: at("size-choices"), custom: at("size-custom"), width: at("width"), height: at("height"),
    });
    this.fast = new FastChoice({ field: at("fast-field"), box: at("fast"), hint: at("fast-hint") });
    this.loras = new Loras({
      panel: at("adapters"), list: at("lora-list"), count: at("lora-count"), add: at("lora-add"),
      choice: at("lora-choice"), button: at("lora-button"),
    });
    document.addEventListener("input", ({ target }) => clearProblem(target.closest("[data-field]")?.dataset.field));
    at("second_pass").addEventListener("change", () => this.#showSecondPass());
    at("change").addEventListener("change", () => this.#showStrength());
  }

  /** Takes the model's limits; what the form holds stays, unless it is the first model. */
  setModel(model) {
    const held = this.model ? this.raw() : null;
    this.model = model;
    this.size.setModel(model);
    this.fast.setModel(model);
    at("sampler").replaceChildren(...model.samplers.map((name) => new Option(samplerName(name), name)));
    at("steps").max = model.max_steps;
    at("steps-hint").textContent = `1 to ${model.max_steps}; usually ${model.default_steps}`;
    at("guidance_scale").max = model.max_guidance_scale;
    const usual = model.default_guidance_scale;
    at("guidance_scale-hint").textContent = `Higher follows the words more closely; usually ${usual}`;
    at("num_images").max = model.max_images;
    at("num_images-hint").textContent = `1 to ${model.max_images}`;
    this.start.setAllowed(model.takes_init_image);
    this.#offerParts(model.change_groups ?? [], Boolean(model.controls?.layout && model.regions));
    at("second_pass_scale").closest(".field").toggleAttribute("hidden", !canGrow(model));
    this.#setPlain({});
    if (held) this.setRaw(held);
  }

  /** The request the form holds; the start picture is in `start.file`. */
  read() {
    return readRequest(this);
  }

  /** Puts settings back; what they do not name is as the model would have it. */
  restore(settings, startPicture = null) {
    const { width, height, second_pass: pass, guidance_interval: interval } = settings;
    this.box.value = settings.description ?? "";
    this.parts.value = settings;
    this.start.set(startPicture);
    at("change").value = settings.control ? LAYOUT : settings.change?.[0] ?? "";
    if (width && height) this.size.set(width, height);
    this.#setPlain(settings);
    this.fast.set(settings);
    this.loras.value = settings.loras;
    this.seed.set(settings.seed ?? null);
    [at("interval_start").value, at("interval_end").value] = interval ?? [0, 1];
    at("second_pass").checked = Boolean(pass);
    for (const name of PASS) at(`second_pass_${name}`).value = pass?.[name] ?? "";
    this.#showSecondPass();
    clearProblems();
  }

  /** The fields as they stand, wrong values and all. */
  raw() {
    const { weights, groups, corrections } = this.parts.remembered;
    const fields = Object.fromEntries(RAW.map((name) => [name, at(name).value]));
    return {
      description: this.box.value, weights, groups, corrections, fields, size: this.size.value, seed: at("seed").value,
      pass: at("second_pass").checked, fast: at("fast").checked, loras: this.loras.remembered,
    };
  }

  /** Puts back what `raw` gave. */
  setRaw({ fields = {}, size, seed, pass, fast, loras }) {
    for (const [name, value] of Object.entries(fields)) if (RAW.includes(name)) at(name).value = value;
    this.#mendLists();
    if (size?.width && size.height) this.size.set(size.width, size.height);
    this.seed.set(seed || null);
    at("second_pass").checked = Boolean(pass);
    at("fast").checked = Boolean(fast);
    this.loras.value = loras;
    this.#showSecondPass();
  }

  #setPlain(settings) {
    const { model } = this;
    const usual = {
      negative_description: "", steps: model?.default_steps ?? "", guidance_scale: model?.default_guidance_scale ?? "",
      sampler: model?.default_sampler ?? "", image_format: "png", image_index: 0, num_images: 1, strength: 0.8,
    };
    for (const name of PLAIN) at(name).value = settings[name] ?? usual[name];
    this.#mendLists();
  }

  /** A choice the model does not have leaves a list empty: fall back to its first. */
  #mendLists() {
    for (const list of LISTS.map(at)) if (list.selectedIndex < 0) list.selectedIndex = 0;
    this.#showStrength();
  }

  /** The parts of a start picture that may change alone. */
  #offerParts(groups, keepsLayout) {
    const auto = groups.length ? [new Option("What its own words say otherwise", "auto")] : [];
    const layout = keepsLayout ? [new Option("All but where things are", LAYOUT)] : [];
    const parts = groups.map((group) => new Option(`Only ${group}`, group));
    at("change").replaceChildren(new Option("All of it", ""), ...layout, ...auto, ...parts);
    at("change").closest(".field").hidden = groups.length === 0 && !keepsLayout;
  }

  /** A part is drawn anew; how much the whole changes is no question then. */
  #showStrength() {
    at("strength").closest(".field").hidden = at("change").value !== "";
  }

  #showSecondPass() {
    at("second_pass-fields").hidden = !at("second_pass").checked;
  }
}

/** Whether a second pass can end at a larger size than the first. */
function canGrow({ sizes }) {
  const grows = ([w, h]) => sizes.some(([width, height]) => width > w && width * h === height * w);
  return sizes.length === 0 || sizes.some(grows);
}
