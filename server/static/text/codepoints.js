// Offsets: the gateway counts Unicode code points, a browser counts UTF-16 units. This file translates between the two
// and keeps spans in place while text is edited. It does not know the page.

/** Turns spans in code points into spans in UTF-16 units of `text`; spans that do not fit the text are dropped. */
export function toUnits(text, groups) {
  const units = unitOffsets(text);
  const last = units.length - 1;
  return groups
    .filter(({ start, end }) => 0 <= start && start < end && end <= last)
    .map((span) => ({ ...span, start: units[span.start], end: units[span.end] }))
    .sort((a, b) => a.start - b.start);
}

function unitOffsets(text) {
  const offsets = [0];
  for (const character of text) offsets.push(offsets.at(-1) + character.length);
  return offsets;
}

/** How many code points `text` has: what the gateway's limit counts. */
export function countCodePoints(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Moves spans of `before` to where their words are in `after`, so that colours stay put until the next parse. */
export function moveSpans(spans, before, after) {
  if (before === after) return spans;
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const cut = before.length - tail;
  const shift = after.length - before.length;
  const place = (offset, atCut) => (offset <= head ? offset : offset >= cut ? offset + shift : atCut);
  return spans
    .map((span) => ({ ...span, start: place(span.start, cut + shift), end: place(span.end, head) }))
    .filter(({ start, end }) => start < end);
}

/** Cuts `text` into pieces in order: plain ones have `span: null`, others the span that covers them. */
export function segments(text, spans) {
  const pieces = [];
  let at = 0;
  for (const span of spans) {
    if (span.start < at) continue;
    if (span.start > at) pieces.push({ text: text.slice(at, span.start), span: null });
    pieces.push({ text: text.slice(span.start, span.end), span });
    at = span.end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), span: null });
  return pieces;
}
