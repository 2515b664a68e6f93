// A request's settings as a link: written to and read from the part of the address after "#".
// It does not check values; the form and the gateway do.

const TEXTS = ["description", "negative_description", "sampler", "image_format"];
const NUMBERS = ["width", "height", "steps", "guidance_scale", "seed", "image_index", "num_images"];

/** The hash ("#description=...") that brings these settings back; empty values are left out. */
export function toHash(settings) {
  const parameters = new URLSearchParams();
  for (const name of [...TEXTS, ...NUMBERS]) {
    const value = settings[name];
    if (value !== null && value !== undefined && value !== "") parameters.set(name, String(value));
  }
  return `#${parameters}`;
}

/** The settings a hash holds, or null if it holds none; unknown names and values that are no numbers are left out. */
export function fromHash(hash) {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const settings = {};
  // A bare "#description" is a place on the page, not a setting.
  for (const name of TEXTS) if (parameters.get(name)) settings[name] = parameters.get(name);
  for (const name of NUMBERS) {
    const value = Number(parameters.get(name) || NaN);
    if (Number.isFinite(value)) settings[name] = value;
  }
  return Object.keys(settings).length ? settings : null;
}

/** The settings that make one picture of several again, alone. */
export const alone = (settings, imageIndex) => ({ ...settings, image_index: imageIndex, num_images: 1 });

/** A file name for a picture: what it shows, the seed, its index. */
export function fileName(settings, imageIndex, mediaType) {
  const words = settings.description.normalize("NFKD").toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const subject = words.filter((word) => word.length > 2).slice(0, 4).join("-") || "picture";
  const extension = { "image/jpeg": "jpg", "image/webp": "webp" }[mediaType] ?? "png";
  return `${subject}-${settings.seed}-${imageIndex}.${extension}`;
}
