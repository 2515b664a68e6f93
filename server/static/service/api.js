// The gateway's HTTP interface as the studio uses it. It knows no element of the page.

import { apiKey, keyHeader } from "./key.js";
import { Problem, problemOf } from "./problem.js";
import { readEvents } from "./sse.js";

/** Tells who listens of every request that failed: event `failed`, with the Problem in `detail`. */
export const traffic = new EventTarget();

export const getModel = () => getJson("model");
export const getGroups = () => getJson("groups");

/** What is registered; a server that knows no adapters has none. */
export async function getAdapters() {
  try {
    return (await getJson("adapters")).adapters;
  } catch (problem) {
    if (problem.status === 404) return [];
    throw problem;
  }
}

/** Whether the server answers requests. Never throws: the Problem is the answer. */
export async function readiness() {
  try {
    const response = await fetch("readyz", { headers: { Accept: "application/json" }, cache: "no-store" });
    return response.ok ? null : await problemOf(response);
  } catch {
    return unreached();
  }
}

async function getJson(path) {
  const response = await send(path, { headers: { Accept: "application/json" } });
  return response.json();
}

/** Body groups of `text`: `{text, groups}` with offsets in code points. */
export async function parse(text, signal) {
  const response = await send("parse", { ...post({ text }, "application/json"), signal });
  return response.json();
}

/** Starts a generation and yields `{event, data}` as the engine reports them; an `error` event throws its Problem. */
export async function* generate(request, signal) {
  const response = await send("generate", { ...post(request, "text/event-stream"), signal });
  let finished = false;
  try {
    for await (const { event, data } of readEvents(response.body)) {
      if (event === "error") throw new Problem(data);
      finished ||= event === "finished";
      yield { event, data };
    }
  } catch (error) {
    throw error instanceof TypeError ? told(lostConnection()) : error;
  }
  if (!finished) throw told(lostConnection());
}

const post = (body, accept) => ({
  method: "POST",
  headers: { "Content-Type": "application/json", Accept: accept },
  body: JSON.stringify(body),
});

async function send(path, options) {
  const key = apiKey();
  let response;
  try {
    response = await fetch(path, { ...options, headers: { ...options.headers, ...keyHeader() } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw told(unreached());
  }
  if (!response.ok) throw told(await problemOf(response), key);
  return response;
}

/** @param key the key that was sent: what the server says of one that was replaced meanwhile is no news */
function told(problem, key = apiKey()) {
  if (!problem.unauthorized || key === apiKey()) traffic.dispatchEvent(new CustomEvent("failed", { detail: problem }));
  return problem;
}

const unreached = () =>
  new Problem({ title: "Server not reached", detail: "The server could not be reached. Is it still running?" });

const lostConnection = () =>
  new Problem({ title: "Connection lost", detail: "The connection ended before the picture was finished." });
