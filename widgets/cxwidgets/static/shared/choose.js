// The clickable panel: every mark with a key is a button that asks Python to choose it, whatever the picture. Python
// hears "choose" with the key and whether Shift was held, and says in `marks` which keys are chosen.
import { charted } from "./chart.js";
import { listing } from "./listing.js";
import { button, make, number } from "./make.js";
import { panel } from "./panel.js";
import { roving } from "./roving.js";

// A mark of a drawing carries its key as `data-key`. The marks of a chart cannot say anything: they take their keys from
// Python's list, in the order in which they stand.
const COUNTED = ".role-mark:is(.mark-rect, .mark-symbol) path";
const NOTHING = "nothing";

// Makes buttons of the marks that have a key, and gives them back.
export function keyed(body, keys = []) {
  const counted = [...body.querySelectorAll(COUNTED)].slice(0, keys.length);
  counted.forEach((mark, place) => (mark.dataset.key = keys[place]));
  const marks = [...body.querySelectorAll("[data-key]")];
  for (const mark of marks) {
    mark.setAttribute("role", "button");
    mark.setAttribute("tabindex", "0");
    mark.removeAttribute("aria-roledescription");
  }
  return marks;
}

// Click, Enter or Space choose a mark, with Shift besides what is chosen.
export function choosing({ ask, body, model, signal }) {
  keyed(body, model.get("facts").keys);
  const choose = (event) => {
    const mark = event.target.closest?.("[data-key]");
    if (mark) ask("choose", { key: mark.dataset.key, besides: event.shiftKey });
    return mark;
  };
  const typed = (event) => {
    if ((event.key === "Enter" || event.key === " ") && choose(event)) event.preventDefault();
  };
  body.addEventListener("click", choose, { signal });
  body.addEventListener("keydown", typed, { signal });
}

// What else can be switched: Python hears the switch's name with what was chosen.
export function switches({ ask, model }) {
  const { switches: offered = [] } = model.get("facts");
  return offered.map(([name, label, chosen, options]) => {
    const option = ([value, textContent]) => make("option", { value, textContent, selected: value === chosen });
    return make("select", { ariaLabel: label, onchange: ({ target }) => ask(name, { to: target.value }) }, ...options.map(option));
  });
}

// What the picture is broken down by, if there is a choice.
export function breakdown({ ask, model }) {
  const { attributes = [], by } = model.get("facts");
  if (!attributes.length) return [];
  const option = (name) => make("option", { value: name, textContent: name || NOTHING, selected: name === by });
  const select = make("select", { onchange: () => ask("ask", { by: select.value }) }, ...attributes.map(option));
  return [make("label", {}, "By ", select)];
}

// The journeys behind the picture, to be listed in its place, if Python has them listed.
function behind({ ask, model }) {
  const { listing: listed, n } = model.get("facts");
  if (listed === undefined || !n) return [];
  return [button(n === 1 ? "List this journey" : `List these ${number(n)} journeys`, () => ask("list"))];
}

// All that a clickable picture has.
export function connect(context) {
  const { ask, model, tools } = context;
  if (model.get("facts").listing) {
    listing(context, button(`Back to the ${model.get("label").toLowerCase()}`, () => ask("leave")));
    return;
  }
  tools.replaceChildren(...switches(context), ...breakdown(context), ...behind(context));
  choosing(context);
  roving(context);
}

export default { render: (given) => (given.model.get("lib") ? charted : panel)(given, connect) };
