// Reads number fields. It does not know their limits; the gateway checks those.

import { Problem } from "../service/problem.js";

/** What a number field holds: null if empty (the model's default), NaN if it is no number. */
export function numberIn(input) {
  return input.value === "" && !input.validity.badInput ? null : input.valueAsNumber;
}

/**
 * What the field `id` holds, or null.
 * @throws Problem naming `field`, if it is no number
 */
export function readNumber(id, name, field = id) {
  const number = numberIn(document.getElementById(id));
  if (Number.isNaN(number)) throw new Problem({ detail: `${name} must be a number.`, field });
  return number;
}
