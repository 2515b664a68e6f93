// Which words of two texts differ: those outside their longest common subsequence. It does not know the page.

/** Words, punctuation and white space of a text, in order; joined they are the text. */
const tokens = (text) => text.match(/\s+|[\p{L}\p{N}\p{M}'’.]+|[^\s\p{L}\p{N}\p{M}'’.]/gu) ?? [];

/** Both texts in pieces `{text, differs}`; white space alone never differs, and neighbours are one piece. */
export function differences(first, second) {
  const [a, b] = [tokens(first), tokens(second)];
  const [wordsA, wordsB] = [a, b].map(wordsOf);
  const common = commonPairs(wordsA.map(fold), wordsB.map(fold));
  const keptA = new Set(common.map(([i]) => wordsA[i].index));
  const keptB = new Set(common.map(([, j]) => wordsB[j].index));
  return [pieces(a, keptA), pieces(b, keptB)];
}

const wordsOf = (all) => all.map((text, index) => ({ text, index })).filter(({ text }) => text.trim());
const fold = ({ text }) => text.toLowerCase();

function commonPairs(a, b) {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i][j] = a[i] === b[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const pairs = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (lengths[i + 1][j] >= lengths[i][j + 1]) i += 1;
    else j += 1;
  }
  return pairs;
}

function pieces(all, kept) {
  const differs = all.map((text, index) => Boolean(text.trim()) && !kept.has(index));
  // A space between two words that differ belongs to them.
  all.forEach((text, index) => {
    if (!text.trim() && differs[index - 1] && differs[index + 1]) differs[index] = true;
  });
  const joined = [];
  all.forEach((text, index) => {
    if (joined.at(-1)?.differs === differs[index]) joined.at(-1).text += text;
    else joined.push({ text, differs: differs[index] });
  });
  return joined;
}
