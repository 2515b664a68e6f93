// The gateway's HTTP interface as the studio uses it. It knows no element of the page.

import { readEvents } from "./sse.js";

/** A refusal the gateway explained (RFC 9457), or a failure of the way there, in the same shape. */
export class Problem extends Error {
  constructor({ title = "", detail = "", status = 0, field = null, errors = null, retryAfterSeconds = null }) {
    super(detail || title);
    this.title = title;
    this.status = status;
    /** Every mistake of the request that has a field: `[{field, detail}]`. */
    this.errors = errors ?? (field ? [{ field, detail: this.message }] : []);
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get busy() {
    return this.status === 503 || this.status === 429;
  }
}

export const getModel = () => getJson("model");
export const getGroups = () => getJson("groups");

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
    throw error instanceof TypeError ? lostConnection() : error;
  }
  if (!finished) throw lostConnection();
}

const post = (body, accept) => ({
  method: "POST",
  headers: { "Content-Type": "application/json", Accept: accept },
  body: JSON.stringify(body),
});

async function send(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ title: "Server not reached", detail: "The server could not be reached. Is it still running?" });
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response) {
  const isJson = /\bjson\b/.test(response.headers.get("Content-Type") ?? "");
  const body = isJson ? await response.json().catch(() => ({})) : {};
  const fallback = `The server answered ${response.status}.`;
  return new Problem({
    title: body.title || fallback,
    detail: body.detail || body.title || fallback,
    status: response.status,
    field: body.field ?? null,
    errors: body.errors ?? null,
    retryAfterSeconds: retryAfter(response.headers.get("Retry-After")),
  });
}

function retryAfter(value) {
  if (!value) return null;
  const seconds = /^\s*[\d.]+\s*$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : null;
}

const lostConnection = () =>
  new Problem({ title: "Connection lost", detail: "The connection ended before the picture was finished." });
