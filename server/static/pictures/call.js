// The request that made a result, as curl and as Python, to copy into a terminal or a program.

import { copy } from "../service/clipboard.js";
import { apiKey } from "../service/key.js";
import { curlOf, pythonOf } from "../service/snippets.js";
import { button, make } from "./elements.js";

const FORMS = [["curl", curlOf], ["Python", pythonOf]];

/** A part of the placard that opens to show the call. */
export function callView({ request, start, previews, attention }) {
  const view = make("details", "call");
  const call = {
    request,
    address: new URL(".", document.baseURI).href,
    startName: start ? start.name ?? "start-picture" : null,
    withKey: Boolean(apiKey()),
  };
  const code = make("code");
  const block = make("pre", "code");
  block.append(code);
  Object.assign(block, { tabIndex: 0 });
  block.setAttribute("role", "region");
  const choices = make("div", "tabs");
  const choose = ([name, write]) => {
    code.textContent = write(call);
    block.setAttribute("aria-label", `The call with ${name}`);
    for (const tab of choices.children) tab.setAttribute("aria-pressed", String(tab.textContent === name));
  };
  choices.append(...FORMS.map((form) => button(form[0], "", () => choose(form), "tab")));
  choose(FORMS[0]);
  const copy = button("Copy", "Copy this text", (self) => copied(self, code.textContent));
  const row = make("div", "call-row");
  row.append(choices, copy);
  view.append(make("summary", "", "API call"), row, block, make("p", "hint", noteOf(call, { previews, attention })));
  return view;
}

function noteOf({ startName, withKey }, { previews, attention }) {
  const notes = ["The body that made this, with the seed that was drawn."];
  const also = [...(previews ? ["previews"] : []), ...(attention ? ["maps of attention"] : [])];
  if (also.length) notes.push(`The studio also asked for ${also.join(" and ")}, which change no picture.`);
  if (startName) notes.push("Run it where the start picture lies.");
  if (withKey) notes.push("The key is taken from COSMICMAN_API_KEY.");
  return notes.join(" ");
}

async function copied(self, text) {
  const done = await copy(text);
  // What cannot be copied is selected, so that the keyboard can copy it.
  if (!done) getSelection().selectAllChildren(self.closest(".call").querySelector("code"));
  self.textContent = done ? "Copied" : "Selected";
  setTimeout(() => (self.textContent = "Copy"), 2500);
}
