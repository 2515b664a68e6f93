// Values in the browser's own storage, under names of this server's page. Where the browser keeps nothing (private
// windows, blocked storage) they are kept in memory until the page is closed.

const memory = new Map();

/** The prefix of all names: servers at different paths of one host do not read each other's. */
export const PLACE = `cosmicman-studio ${new URL(".", document.baseURI).pathname} `;

/** What is kept under `name`, or null. */
export function kept(storage, name) {
  try {
    const text = storage.getItem(PLACE + name);
    return text === null ? null : JSON.parse(text);
  } catch {
    return memory.get(name) ?? null;
  }
}

/** Keeps `value` under `name`; null takes it out. Says whether the browser keeps it. */
export function keep(storage, name, value) {
  memory.set(name, value);
  try {
    if (value === null) storage.removeItem(PLACE + name);
    else storage.setItem(PLACE + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** The storage that outlives a visit, or null where there is none. */
export function lastingStorage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
