// Makes the elements that results are built of.

/** An element with a class and a text. */
export function make(name, className = "", text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** A button that does something; its title says what. */
export function button(label, title, act, className = "button") {
  const element = make("button", className, label);
  element.type = "button";
  if (title) element.title = title;
  element.addEventListener("click", () => act(element));
  return element;
}
