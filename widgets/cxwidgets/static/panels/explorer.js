// The parts of the explorer that lead about it: the bar, rows of tabs, the handle of the drawer. What is up is a matter
// of this page alone, so it is kept where the style sheet reads it: in data attributes of the grid.
import { copying } from "../shared/copy.js";
import { button, make } from "../shared/make.js";
import { panel } from "../shared/panel.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
const grid = (node) => node.closest(".cxw-explorer");

// A row of tabs of which one can be reached with Tab; the arrows go along it.
function tabbed({ model }, body, life) {
  const { way, tabs } = model.get("facts");
  const up = () => grid(body)?.dataset[way] ?? life.up ?? tabs[0][0];
  const choose = (name) => {
    life.up = name;
    if (grid(body)) grid(body).dataset[way] = name;
    for (const tab of list.children) {
      tab.setAttribute("aria-selected", String(tab.value === name));
      tab.tabIndex = tab.value === name ? 0 : -1;
    }
  };
  const typed = (event) => {
    if (!(event.key in STEPS)) return;
    const places = [...list.children];
    const to = places.indexOf(event.target) + STEPS[event.key];
    const next = places[Math.min(places.length - 1, Math.max(0, to))];
    choose(next.value);
    next.focus();
    event.preventDefault();
  };
  const tab = ([value, text]) => button(text, () => choose(value), { value, role: "tab" });
  const list = make("div", { className: "cxw-tabs", role: "tablist", ariaLabel: model.get("label"), onkeydown: typed });
  list.append(...tabs.map(tab));
  choose(up());
  return list;
}

function barred(context, body, life) {
  const { ask, model } = context;
  const { code, can_undo, can_redo } = model.get("facts");
  const step = (text, label, action, able) =>
    button(text, () => ask(action), { ariaLabel: label, title: label, disabled: !able, className: "cxw-step" });
  body.replaceChildren(
    tabbed(context, body, life),
    make("span", { className: "cxw-space" }),
    step("↶", "Undo", "undo", can_undo),
    step("↷", "Redo", "redo", can_redo),
    copying(code),
  );
}

// What is known against the figures: one line, which opens over the page and says what each part of it means.
function trust(line, doubts) {
  if (!doubts.length) return line ? [make("span", { className: "cxw-trust", textContent: line })] : [];
  const told = doubts.map(([brief, full]) => make("li", {}, make("b", { textContent: brief }), `: ${full}`));
  const open = make("div", { className: "cxw-doubts", popover: "auto" }, make("ul", {}, ...told));
  const show = make("button", { className: "cxw-trust", textContent: line, popoverTargetElement: open, title: line });
  return [show, open];
}

function opening({ model, body, life }) {
  const { words, line, doubts } = model.get("facts");
  const open = () => grid(body)?.dataset.drawer === "open";
  const show = () => {
    toggle.setAttribute("aria-expanded", String(open()));
    toggle.textContent = `${open() ? "▾" : "▴"} ${words}`;
  };
  const turn = () => {
    grid(body).dataset.drawer = open() ? "closed" : "open";
    show();
  };
  const leave = (event) => {
    if (event.key === "Escape" && open()) turn();
  };
  const toggle = button("", turn, { className: "cxw-toggle", onkeydown: leave });
  body.replaceChildren(toggle, ...trust(line, doubts));
  show();
  return life;
}

function render(given) {
  const life = {};
  return panel(given, (context) => {
    const { body, model } = context;
    const { way, code } = model.get("facts");
    if (way === "drawer") opening({ ...context, life });
    else if (code === undefined) body.replaceChildren(tabbed(context, body, life));
    else barred(context, body, life);
  });
}

export default { render };
