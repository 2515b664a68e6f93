// The picture to start from: chosen, dropped or pasted; refused here, with the true reason, before anything is sent.

/** Bytes of a file whose base64 the gateway takes: 12,000,000 characters. */
const MOST_BYTES = 9_000_000;

const KINDS = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
];

/**
 * Looks at a file and returns `{width, height}` of its picture.
 * @throws Error with the reason, in words for the reader
 */
async function inspect(file) {
  if (file.size > MOST_BYTES) {
    throw new Error(`“${nameOf(file)}” has ${megabytes(file.size)}; at most ${megabytes(MOST_BYTES)} can be sent.`);
  }
  if (!(await kindOf(file))) {
    throw new Error(`“${nameOf(file)}” is no PNG, JPEG or WebP file${file.type ? ` (${file.type})` : ""}.`);
  }
  try {
    const bitmap = await createImageBitmap(file);
    const { width, height } = bitmap;
    bitmap.close();
    return { width, height };
  } catch {
    throw new Error(`“${nameOf(file)}” is damaged: this browser cannot read the picture.`);
  }
}

/** What a file is by its first bytes, whatever its name says; null if it is no picture that can be sent. */
async function kindOf(file) {
  const head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const starts = (bytes, at = 0) => bytes.every((byte, index) => head[at + index] === byte);
  const text = (at) => String.fromCharCode(...head.slice(at, at + 4));
  if (text(0) === "RIFF" && text(8) === "WEBP") return "image/webp";
  return KINDS.find(([, bytes]) => starts(bytes))?.[0] ?? null;
}

const nameOf = ({ name }) => name || "The pasted file";
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

export class StartPicture extends EventTarget {
  /** @param elements `{input, zone, shown, image, name, remove}` */
  constructor(elements) {
    super();
    Object.assign(this, { elements, held: null, url: "", allowed: false });
    const { input, remove } = elements;
    input.addEventListener("change", () => this.offer(input.files[0]));
    remove.addEventListener("click", () => {
      this.set(null);
      input.focus();
      this.#changed();
    });
    this.#catchDrops();
    document.addEventListener("paste", ({ clipboardData }) => this.offer(pictureIn(clipboardData)));
  }

  /** The file to send, or null. */
  get file() {
    return this.allowed ? this.held : null;
  }

  /** The model may not take pictures. */
  setAllowed(allowed) {
    this.allowed = allowed;
    this.elements.zone.hidden = !allowed;
  }

  /** Takes a file if it is a picture; else tells why not (event `refused`). */
  async offer(file) {
    if (!file || !this.allowed) return;
    try {
      const size = await inspect(file);
      this.set(file);
      this.dispatchEvent(new CustomEvent("taken", { detail: size }));
    } catch (error) {
      this.dispatchEvent(new CustomEvent("refused", { detail: error.message }));
    }
    this.elements.input.value = "";
    this.#changed();
  }

  /** Shows a picture that was looked at before; null takes it away. */
  set(file) {
    const { shown, image, name } = this.elements;
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = file ? URL.createObjectURL(file) : "";
    this.held = file;
    if (file) image.src = this.url;
    else image.removeAttribute("src");
    name.textContent = file ? (file.name ?? "The picture it started from") : "";
    shown.hidden = !file;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  #catchDrops() {
    const carries = (event) => this.allowed && [...(event.dataTransfer?.types ?? [])].includes("Files");
    const mark = (on) => document.body.toggleAttribute("data-dropping", on);
    document.addEventListener("dragover", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      mark(true);
    });
    document.addEventListener("dragleave", (event) => event.relatedTarget === null && mark(false));
    document.addEventListener("drop", (event) => {
      mark(false);
      if (!carries(event)) return;
      event.preventDefault();
      this.offer(event.dataTransfer.files[0]);
    });
  }
}

/** A picture that was copied as one; some programs add one to copied words. */
function pictureIn(clipboard) {
  if (!clipboard || clipboard.types.includes("text/plain")) return undefined;
  return [...clipboard.files].find((file) => file.type.startsWith("image/"));
}

/** A file's bytes in base64. */
export async function base64Of(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  // Chunks, since a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
