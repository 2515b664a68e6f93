// Changes of single phrases inside a description. It does not know the page.

/** `text` with `words` in the place of the phrase at `start..end`; without words the phrase goes, with one comma. */
export function withPhrase(text, { start, end }, words) {
  const replacement = words.trim();
  if (replacement) return text.slice(0, start) + replacement + text.slice(end);
  return without(text, start, end);
}

/** A comma belongs to the phrase before it, or to the one after it where the phrase is the first. */
function without(text, start, end) {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const joined = before.match(/[,;]\s*$/);
  if (joined) return before.slice(0, joined.index) + after;
  return before + after.replace(/^\s*[,;]?[^\S\n]*/, "");
}
