// A refusal the gateway explained (RFC 9457), or a failure of the way there, in the same shape.

export class Problem extends Error {
  constructor({ type = "", title = "", detail = "", status = 0, field = null, errors = null, ...problem }) {
    super(detail || title);
    this.title = title;
    this.status = status;
    /** The last part of its type: `busy`, `unauthorized`, ... */
    this.kind = type.split("#").pop();
    /** Every mistake of the request that has a field: `[{field, detail}]`. */
    this.errors = errors ?? (field ? [{ field, detail: this.message }] : []);
    /** When to ask again, if the answer said so. */
    this.retryAfterSeconds = problem.retryAfterSeconds ?? null;
  }

  /** Asking again later may help. */
  get busy() {
    return this.status === 503 || this.limited;
  }

  /** The caller's own limit is reached. */
  get limited() {
    return this.status === 429;
  }

  /** The server wants an API key, or another one. */
  get unauthorized() {
    return this.status === 401 || this.kind === "unauthorized";
  }

  /** No answer came at all. */
  get unreached() {
    return this.status === 0;
  }
}

/** The Problem in a response that is not ok; one that explains nothing gets words of its own. */
export async function problemOf(response) {
  const isJson = /\bjson\b/.test(response.headers.get("Content-Type") ?? "");
  const body = isJson ? await response.json().catch(() => ({})) : {};
  const fallback = `The server answered ${response.status}.`;
  return new Problem({
    type: String(body.type ?? ""),
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
