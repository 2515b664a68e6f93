// One generation from request to result: reads the events, asks again while the server is busy. It knows no element.

import { generate } from "./api.js";
import { toUnits } from "../text/codepoints.js";

const ATTEMPTS = 5;
const DEFAULT_WAIT_SECONDS = 2;

/**
 * Runs a request and returns its result:
 * - `request`: the body as it was sent, with the seed that was drawn, without the start picture and the previews
 * - `start`: the picture it started from, a Blob, or null
 * - `ran`: what the request ran with, every default filled in
 * - `text`, `spans`: what was drawn, with its groups
 * - `images`: `[{blob, index, imageIndex, mediaType, width, height, attention}]`, the last being a PNG by group
 * - `timings`, and `when` it was finished
 * @param order `{request, start, sent}`: `sent` is `request` with everything that only goes over the wire
 * @param listener `{onEvent(event, data), onWait(seconds, {quiet, limited})}`
 * @throws Problem, or an AbortError after `signal`
 */
export async function run(order, signal, listener) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(order, signal, listener.onEvent);
    } catch (error) {
      if (!error.busy || attempt === ATTEMPTS) throw error;
      await countDown(error, signal, listener.onWait);
    }
  }
}

async function once({ request, start, sent }, signal, onEvent) {
  const result = { request: { ...request }, start, ran: {}, text: request.description ?? "", spans: [], images: [] };
  for await (const { event, data } of generate(sent, signal)) {
    if (event === "started") begin(result, data);
    if (event === "image") result.images.push(pictureOf(data));
    if (event === "finished") Object.assign(result, { timings: data.timings, when: Date.now() });
    onEvent(event, data);
  }
  result.images.sort((a, b) => a.index - b.index);
  return result;
}

const RAN = [
  "seed", "image_index", "width", "height", "steps", "guidance_scale", "sampler", "guidance_interval", "strength",
  "second_pass", "variant", "decoder",
];

function begin(result, data) {
  for (const name of RAN) result.ran[name] = data[name];
  result.request.seed = data.seed;
  result.text = data.description ?? result.text;
  result.spans = toUnits(result.text, data.groups ?? []);
}

function pictureOf({ index, image_index: imageIndex, media_type: mediaType, width, height, data, attention = {} }) {
  const maps = Object.entries(attention).map(([group, map]) => [group, blobOf(map, "image/png")]);
  return { index, imageIndex, mediaType, width, height, blob: blobOf(data, mediaType), attention: Object.fromEntries(maps) };
}

/** The file that `data` holds in base64. */
export function blobOf(data, mediaType) {
  return new Blob([Uint8Array.from(atob(data), (character) => character.charCodeAt(0))], { type: mediaType });
}

async function countDown(problem, signal, onWait) {
  const seconds = problem.retryAfterSeconds ?? DEFAULT_WAIT_SECONDS;
  for (let left = seconds; left > 0; left -= 1) {
    onWait(left, { quiet: left < seconds, limited: problem.limited });
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
