// The clipboard, where the page may use it.

/** Copies a text; says whether it could: without permission, or without https, it cannot. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
