// Results in the browser's own database (IndexedDB): pictures as files, with their words and settings. They are bounded
// in number and in bytes; the oldest go first. Nothing of it leaves the browser.

import { PLACE } from "../service/keeping.js";

const RESULTS = "results";
const START = "start";
const MOST_RESULTS = 60;
const MOST_BYTES = 100_000_000;

/** Bytes of a result's files. */
export const bytesOf = ({ images, start }) =>
  images.flatMap(({ blob, attention }) => [blob, ...Object.values(attention ?? {})])
    .reduce((sum, { size }) => sum + size, start?.size ?? 0);

/** Of results, newest first, those that are too many; the newest is always kept. */
export function surplus(results, mostResults = MOST_RESULTS, mostBytes = MOST_BYTES) {
  let bytes = 0;
  return results.filter((result, index) => {
    bytes += bytesOf(result);
    return index > 0 && (index >= mostResults || bytes > mostBytes);
  });
}

export class Store {
  constructor() {
    this.opening = null;
  }

  /** The results of earlier visits, newest first. */
  async results() {
    const found = await this.#do(RESULTS, "readonly", (store) => store.getAll());
    return found.sort((a, b) => b.when - a.when);
  }

  add(result) {
    return this.#do(RESULTS, "readwrite", (store) => store.put(result));
  }

  remove(id) {
    return this.#do(RESULTS, "readwrite", (store) => store.delete(id));
  }

  /** The start picture that stands in the form, or undefined. */
  start() {
    return this.#do(START, "readonly", (store) => store.get(START));
  }

  keepStart(file) {
    return this.#do(START, "readwrite", (store) => (file ? store.put(file, START) : store.delete(START)));
  }

  async forgetAll() {
    await this.#do(RESULTS, "readwrite", (store) => store.clear());
    await this.keepStart(null);
  }

  async #do(name, mode, act) {
    this.opening ??= open();
    const database = await this.opening;
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode);
      const asked = act(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? asked.error);
    });
  }
}

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(PLACE.trim(), 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(RESULTS, { keyPath: "id" });
      asked.result.createObjectStore(START);
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
