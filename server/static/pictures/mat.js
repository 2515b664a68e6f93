// How pictures lie on the mat: their shape and how many stand beside each other.

/** Gives an element the shape of a picture, and the share of the longest side that its width takes. */
export function fit(element, width, height) {
  element.style.setProperty("--ratio", `${width} / ${height}`);
  element.style.setProperty("--fit", Math.min(1, width / height));
  element.style.setProperty("--width", `${width}px`);
  return element;
}

/** How many of `count` pictures stand in a row where there is room. */
export const columnsFor = (count) => (count <= 1 ? 1 : count <= 4 ? 2 : count <= 6 ? 3 : 4);
