// One phrase as a button that turns into a text field: Enter or leaving it writes the words, Escape leaves them, and
// writing nothing takes the phrase out.

/**
 * @param read gives the words to rewrite when the field opens, or null if they are gone
 * @param shown the element that shows the words
 * @param note a short word beside them, or ""
 * @param onWrite called with the new words, if they changed
 * @param onLight called with true while the phrase is pointed at, with false afterwards
 * @param onClose called when the field is a button again
 */
export function editable({ read, shown, label, note, onWrite, onLight, onClose }) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "phrase" });
  button.setAttribute("aria-label", note ? `${label}, ${note}` : label);
  button.append(shown);
  if (note) button.append(" ", Object.assign(document.createElement("span"), { className: "note", textContent: note }));
  for (const event of ["mouseenter", "focus"]) button.addEventListener(event, () => onLight(true));
  for (const event of ["mouseleave", "blur"]) button.addEventListener(event, () => onLight(false));
  button.addEventListener("click", () => {
    const words = read();
    if (words !== null) open(button, { words, label, onWrite, onClose });
  });
  return button;
}

function open(button, { words, label, onWrite, onClose }) {
  const field = Object.assign(document.createElement("input"), { type: "text", className: "phrase-field" });
  field.value = words;
  field.setAttribute("aria-label", label);
  field.size = Math.min(Math.max(words.length, 6), 40);
  let closed = false;
  const close = (text) => {
    if (closed) return;
    closed = true;
    const hadFocus = document.activeElement === field;
    field.replaceWith(button);
    if (hadFocus) button.focus();
    if (text !== null && text.trim() !== words.trim()) onWrite(text);
    onClose();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    if (event.ctrlKey || event.metaKey) return close(field.value);
    event.preventDefault();
    event.stopPropagation();
    close(event.key === "Enter" ? field.value : null);
  });
  field.addEventListener("blur", () => close(field.value));
  button.replaceWith(field);
  field.select();
}
