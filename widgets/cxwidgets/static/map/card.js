// The card at a box or a line: what Python says of it, and what can be done with it.
import { button, make, watch } from "../shared/make.js";
import { LASTS } from "./travel.js";

const GAP = 10;

function beside(title, rows) {
  if (!rows.length) return [];
  const row = ([name, share, time]) =>
    make("li", {}, make("span", { textContent: name }), make("b", { textContent: share }), make("small", { textContent: time }));
  return [make("h4", { textContent: title }), make("ul", {}, ...rows.map(row))];
}

// Which share of each group takes it; the name of a group keeps its journeys. An activity can be made several.
function split({ ask }, { by, attributes, parts, splits }) {
  const choose = () => ask("split", { by: select.value });
  const option = (name) => make("option", { value: name, textContent: name || "nothing", selected: name === by });
  const select = make("select", { ariaLabel: "Split by", onchange: choose }, ...["", ...attributes].map(option));
  const named = ([name, , , key]) =>
    key ? button(name, () => ask("part", { key }), { className: "cxw-link", title: `Keep the journeys with ${name}` }) : name;
  const row = (part) =>
    make("li", { title: `${part[2]} journeys` }, make("span", {}, named(part)), make("b", { textContent: part[1] }), make("small", { textContent: part[2] }));
  const list = parts.length ? [make("h4", { textContent: "Share of each group that takes it" }), make("ul", {}, ...parts.map(row))] : [];
  const several = splits.includes(by) ? [button("Make a step of each", () => ask("act", { name: "split", other: by }))] : [];
  return make("div", { className: "cxw-split", hidden: !by }, make("label", {}, "Split by ", select), ...list, ...several);
}

// A form in which the activity to merge with is chosen; a name that ends in a star is of all that begin so.
function merging({ ask }, { others }) {
  const option = (value) => make("option", { value, textContent: value.endsWith("*") ? `all \u201C${value}\u201D` : value });
  const select = make("select", { ariaLabel: "Merge with", name: "other" }, ...others.map(option));
  const form = make("form", { className: "cxw-merge", hidden: true }, select, make("button", { type: "submit", textContent: "Merge" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask("act", { name: "merge", other: select.value });
  });
  return form;
}

function doing(context, told) {
  const { ask, root } = context;
  const forms = {};
  if (told.others.length) forms.merge = merging(context, told);
  if (told.attributes.length) forms.split = split(context, told);
  const act = (name) => {
    const form = forms[name];
    if (form) {
      form.hidden = !form.hidden;
      if (!form.hidden) form.querySelector("select").focus();
      return;
    }
    ask("act", { name });
    if (name === "journeys") listed(root);
  };
  const able = told.actions.filter(([name]) => forms[name] || !["merge", "split"].includes(name));
  const made = able.map(([name, text, on]) => button(text, () => act(name), { ariaPressed: String(on), disabled: on }));
  return [make("div", { className: "cxw-actions" }, ...made), ...Object.values(forms)];
}

// Where the journeys are listed: the drawer of the explorer, else the panel on the page.
function listed(root) {
  const closed = root.closest(".cxw-explorer")?.querySelector('.cxw-toggle[aria-expanded="false"]');
  if (closed) closed.click();
  else document.querySelector('.cxw-panel[aria-label="Journeys"]')?.scrollIntoView({ behavior: "smooth", block: "nearest" });
}

function place(card, body, mark) {
  const [frame, at] = [body.getBoundingClientRect(), mark.getBoundingClientRect()];
  const { offsetWidth: wide, offsetHeight: tall } = card;
  const right = at.right - frame.left + GAP;
  const fits = right + wide <= frame.width;
  const left = fits ? right : at.left - frame.left - wide - GAP;
  const most = Math.max(0, frame.width - wide - 4);
  card.style.left = `${Math.min(most, Math.max(4, left))}px`;
  card.style.top = `${Math.min(Math.max(4, at.top - frame.top), Math.max(4, frame.height - tall - 4))}px`;
}

export function carding(context, closed) {
  const { ask, body, model, signal } = context;
  const card = make("aside", { className: "cxw-card", hidden: true });
  body.append(card);
  const close = () => {
    ask("close");
    card.hidden = true;
    closed();
  };
  const show = () => {
    const told = model.get("card");
    const mark = told.key && [...body.querySelectorAll(".cx-map [data-key]")].find(({ dataset }) => dataset.key === told.key);
    card.hidden = !told.key;
    if (card.hidden) return;
    const figures = told.figures.flatMap(([word, figure]) => [make("dt", { textContent: word }), make("dd", { textContent: figure })]);
    const shut = button("×", close, { ariaLabel: "Close", className: "cxw-close" });
    card.ariaLabel = told.title;
    card.replaceChildren(
      make("header", {}, make("strong", { textContent: told.title }), shut),
      make("dl", {}, ...figures),
      ...beside("Before", told.before),
      ...beside("After", told.after),
      ...doing(context, told),
    );
    const placed = () => place(card, body, mark || body);
    placed();
    setTimeout(() => signal.aborted || placed(), LASTS); // the mark may be on its way to a new place
  };
  const typed = (event) => {
    if (event.key !== "Escape") return;
    close();
    event.stopPropagation();
  };
  card.addEventListener("keydown", typed, { signal });
  watch(model, { card: show }, signal);
  show();
  return { isOpen: () => !card.hidden, close };
}
