// How long a request may still take, from the time that its steps have taken so far.

const FEWEST_STEPS = 2;

export class Remaining {
  constructor() {
    this.first = null;
    this.last = null;
  }

  /** `completed` of `total` steps were done at `milliseconds`. */
  note(completed, total, milliseconds) {
    this.first ??= { completed, milliseconds };
    this.last = { completed, total, milliseconds };
  }

  /** Seconds from `milliseconds` on, or null while too little is known. */
  at(milliseconds) {
    const { first, last } = this;
    if (!last || last.completed - first.completed < FEWEST_STEPS || last.completed === last.total) return null;
    const perStep = (last.milliseconds - first.milliseconds) / (last.completed - first.completed);
    const left = (last.total - last.completed) * perStep - (milliseconds - last.milliseconds);
    return Math.max(left / 1000, 0);
  }
}

/** The estimate in words; short ones are not worth any. */
export function inWords(seconds) {
  if (seconds === null || seconds < 0.5) return "";
  if (seconds < 90) return `about ${Math.ceil(seconds)} s left`;
  return `about ${Math.round(seconds / 60)} min left`;
}
