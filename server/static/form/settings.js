// A request's settings as a link: written to and read from the part of the address after "#".
// It does not check values; the form and the gateway do. A start picture is in no link.

const TEXTS = ["description", "negative_description", "sampler", "variant", "decoder", "image_format"];
const NUMBERS = ["width", "height", "steps", "guidance_scale", "seed", "image_index", "num_images"];
const OBJECTS = ["groups", "weights", "loras", "second_pass"];
const LISTS = ["guidance_interval"];

/** The hash ("#description=...") that brings these settings back; empty values are left out. */
export function toHash(settings) {
  const parameters = new URLSearchParams();
  for (const name of [...TEXTS, ...NUMBERS]) {
    const value = settings[name];
    if (value !== null && value !== undefined && value !== "") parameters.set(name, String(value));
  }
  for (const name of [...OBJECTS, ...LISTS]) if (settings[name]) parameters.set(name, JSON.stringify(settings[name]));
  return `#${parameters}`;
}

/** The settings a hash holds, or null if it holds none; unknown names and values of another kind are left out. */
export function fromHash(hash) {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const settings = {};
  // A bare "#description" is a place on the page, not a setting.
  for (const name of TEXTS) if (parameters.get(name)) settings[name] = parameters.get(name);
  for (const name of NUMBERS) {
    const value = Number(parameters.get(name) || NaN);
    if (Number.isFinite(value)) settings[name] = value;
  }
  for (const name of [...OBJECTS, ...LISTS]) {
    const value = readJson(parameters.get(name));
    if (value && typeof value === "object" && Array.isArray(value) === LISTS.includes(name)) settings[name] = value;
  }
  return Object.keys(settings).length ? settings : null;
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The settings that make one picture of several again, alone. */
export const alone = (settings, imageIndex) => ({ ...settings, image_index: imageIndex, num_images: 1 });

/** A file name for a picture: what it shows, the seed, its index. */
export function fileName(settings, imageIndex, mediaType) {
  const text = settings.description ?? Object.values(settings.groups ?? {}).join(" ");
  const words = text.normalize("NFKD").toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const subject = words.filter((word) => word.length > 2).slice(0, 4).join("-") || "picture";
  const extension = { "image/jpeg": "jpg", "image/webp": "webp" }[mediaType] ?? "png";
  return `${subject}-${settings.seed}-${imageIndex}.${extension}`;
}
