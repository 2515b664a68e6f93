// The API key of this visit: kept in the browser's session storage, so that it ends with the tab. It is sent to this
// server and shown to nobody.

import { keep, kept } from "./keeping.js";

const NAME = "key";

/** The key in use, or an empty text. */
export const apiKey = () => kept(sessionStorageOrNull(), NAME) ?? "";

/** Uses `key` from now on; an empty text forgets it. */
export const useKey = (key) => keep(sessionStorageOrNull(), NAME, key || null);

/** The header that carries the key, or none. */
export const keyHeader = () => (apiKey() ? { Authorization: `Bearer ${apiKey()}` } : {});

/** Only what may stand in a header: a key of anything else cannot be one of this server. */
export const mayBeKey = (text) => /^[\x21-\x7e]+$/.test(text);

function sessionStorageOrNull() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
