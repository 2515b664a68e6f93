// One generation from request to result: reads the events, asks again while the server is busy. It knows no element.

import { generate } from "./api.js";
import { toUnits } from "../text/codepoints.js";

const ATTEMPTS = 5;
const DEFAULT_WAIT_SECONDS = 2;

/**
 * Runs a request and returns `{settings, spans, images, timings}`.
 * @param listener `{onEvent(event, data), onWait(seconds, quiet)}`
 * @throws Problem, or an AbortError after `signal`
 */
export async function run(request, spans, signal, listener) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(request, spans, signal, listener.onEvent);
    } catch (error) {
      if (!error.busy || attempt === ATTEMPTS) throw error;
      await countDown(error.retryAfterSeconds ?? DEFAULT_WAIT_SECONDS, signal, listener.onWait);
    }
  }
}

async function once(request, spans, signal, onEvent) {
  const result = { settings: { ...request }, spans, images: [], timings: null };
  for await (const { event, data } of generate(request, signal)) {
    if (event === "started") Object.assign(result.settings, resolved(data));
    if (event === "image") result.images.push(pictureOf(data));
    if (event === "finished") result.timings = data.timings;
    if (Array.isArray(data.groups)) result.spans = toUnits(request.description, data.groups);
    onEvent(event, data);
  }
  result.images.sort((a, b) => a.index - b.index);
  return result;
}

const RESOLVED = ["seed", "image_index", "width", "height", "steps", "guidance_scale", "sampler"];
const resolved = (data) => Object.fromEntries(RESOLVED.map((name) => [name, data[name]]));

function pictureOf({ index, image_index: imageIndex, data, media_type: mediaType, width, height }) {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return { index, imageIndex, mediaType, width, height, url: URL.createObjectURL(new Blob([bytes], { type: mediaType })) };
}

async function countDown(seconds, signal, onWait) {
  for (let left = seconds; left > 0; left -= 1) {
    onWait(left, left < seconds);
    await pause(1000, signal);
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
