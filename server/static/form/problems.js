// Where mistakes are told: each beside the field it names, with the first in focus.

import { inWords } from "./names.js";

const at = (id) => document.getElementById(id);
const PLACES = { width: "size", height: "size", groups: "parts", weights: "parts", control: "change" };

/** Shows each mistake at the field it names and moves to the first; says whether there is such a field. */
export function showProblem(problem) {
  const controls = problem.errors.map(({ field, detail }) => show(fieldName(field), detail)).filter(Boolean);
  controls[0]?.focus();
  return controls.length > 0;
}

/** Takes back what was told about a field, or about all. */
export function clearProblem(name) {
  if (!name || !at(`${name}-error`)) return;
  at(`${name}-error`).hidden = true;
  controlOf(name).removeAttribute("aria-invalid");
  blockOf(name).classList.remove("is-wrong");
}

export function clearProblems() {
  for (const block of document.querySelectorAll("[data-field]")) clearProblem(block.dataset.field);
}

function show(name, detail) {
  const place = at(`${name}-error`);
  if (!place || place.parentElement.closest("[hidden]")) return null;
  place.textContent = inWords(detail);
  place.hidden = false;
  for (let details = place.closest("details"); details; details = details.parentElement.closest("details")) {
    details.open = true;
  }
  blockOf(name).classList.add("is-wrong");
  const control = controlOf(name);
  if (control.matches("input, select, textarea")) control.setAttribute("aria-invalid", "true");
  return control;
}

const blockOf = (name) => document.querySelector(`[data-field="${name}"]`);

/** What gets the focus: the field of that name, or the first control in its block. */
function controlOf(name) {
  const named = at(name);
  if (named?.matches("input, select, textarea")) return named;
  const block = blockOf(name);
  return block.querySelector("input:checked") ?? block.querySelector("input, button, select") ?? block;
}

function fieldName(field) {
  const name = String(field ?? "");
  return PLACES[name] ?? name;
}
