// Reads number fields. It does not know their limits; the gateway checks those.

/** What a number field holds: null if empty (the model's default), NaN if it is no number. */
export function numberIn(input) {
  return input.value === "" && !input.validity.badInput ? null : input.valueAsNumber;
}
