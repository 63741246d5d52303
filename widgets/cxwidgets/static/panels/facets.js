// The facets: a window that lists all that journeys can be chosen by. Python counts one when it is opened; a tick, a
// brush or a changed field is a choice at once.
import { chosen, labelled, lengthed } from "../shared/fields.js";
import { ending, ordered, patterned, repeated, taking, waiting } from "./steps.js";
import { button, make } from "../shared/make.js";
import { strip } from "../shared/strip.js";
import { weekly } from "./week.js";

const MANY = 8;
const [WIDE, TALL] = [600, 400];
const OF = "of ";
const named = ({ name }) => name.slice(OF.length);
const HOWS = {
  started: "started in it", contained: "lie in it", intersecting: "touch it", completed: "were last seen in it",
  covering: "were under way all through it",
};

// A list of values to tick, with what else can be typed.
function valued(facet, ask, keep) {
  const boxes = facet.values.map(([key, words, count, part, journeys, picked]) => {
    const tick = make("input", { type: "checkbox", value: key, checked: picked });
    const gauge = make("span", { className: "cxw-gauge" });
    gauge.style.setProperty("--part", journeys / Math.max(1, facet.values[0][4]));
    const name = make("span", { className: "cxw-value", textContent: words, title: words });
    return make("label", { className: "cxw-row" }, tick, name, gauge, make("small", { textContent: `${count} · ${part}` }));
  });
  const list = make("div", { className: "cxw-values", role: "group", ariaLabel: "Values" }, ...boxes);
  list.addEventListener("change", () => {
    const ticked = [...list.querySelectorAll("input:checked")].map((tick) => tick.value);
    ask("pick", { keys: ticked });
  });
  const held = (values) => ({ filter: "attribute", name: named(facet), values });
  const find = () => {
    keep.search = search.value;
    const wanted = search.value.toLowerCase();
    for (const box of boxes) box.hidden = !box.querySelector(".cxw-value").textContent.toLowerCase().includes(wanted);
  };
  const typed = (event) => {
    if (event.key !== "Enter" || !search.value) return;
    event.preventDefault();
    const fitting = boxes.filter((box) => !box.hidden);
    if (fitting.length === 1) fitting[0].querySelector("input").click();
    else if (facet.name.startsWith(OF)) ask("write", { filter: held([search.value]) });
  };
  const search = make("input", { type: "search", placeholder: "Find a value", ariaLabel: "Find a value", oninput: find, onkeydown: typed });
  search.value = keep.search ?? "";
  find();
  const more = facet.more ? [make("small", { textContent: `${facet.more} more: type one and press Enter` })] : [];
  return [...(facet.values.length > MANY || facet.more ? [search] : []), list, ...more];
}

// Bars of numbers, over which a drag keeps a range.
function numbered(facet, ask) {
  const bins = facet.values.filter(([key]) => key.includes("at_least"));
  const rest = facet.values.filter((row) => !bins.includes(row));
  const bars = bins.map(([, words, count, part, tall]) => ({ label: `${words}: ${count} journeys, ${part}`, tall }));
  const { node } = strip(bars, (first, last) => ask("brush", { first: bins[first][0], last: bins[last][0] }));
  const { at_least: low, at_most: high } = facet.words;
  const field = (value, label) => make("input", { type: "number", step: "any", value: value ?? "", ariaLabel: label });
  const [least, last] = [field(low, "at least"), field(high, "at most")];
  const typed = () => {
    const words = Object.entries({ at_least: least.value, at_most: last.value }).filter(([, value]) => value !== "");
    const ends = Object.fromEntries(words.map(([name, value]) => [name, Number(value)]));
    if (words.length) ask("write", { filter: { filter: "attribute", name: named(facet), ...ends } });
  };
  const fields = make("div", { className: "cxw-fields", onchange: typed }, labelled("from", least), labelled("to", last));
  const names = [bins[0], bins.at(-1)].map((row) => make("small", { textContent: row?.[1] ?? "" }));
  return [
    node,
    make("div", { className: "cxw-ends" }, ...names),
    fields,
    ...(rest.length ? valued({ ...facet, values: rest, more: 0 }, ask, {}) : []),
  ];
}

// The calendar of the log as bars of the journeys that started in each period; a drag writes its days.
function calendar({ periods = [], words }, write) {
  if (periods.length < 2) return [];
  const bars = periods.map(([, , days, count, tall, whole]) => {
    return { label: `${days}: ${count} started${whole ? "" : " (not whole)"}`, tall, whole };
  });
  const { mark, node } = strip(bars, (first, last) => write(periods[first][0], periods[last][1]));
  const inside = periods.map(([since, until]) => words.start <= since && until <= words.end);
  if (inside.includes(true)) mark(inside.indexOf(true), inside.lastIndexOf(true));
  const ends = [periods[0][0], periods.at(-1)[1]].map((day) => new Date(day).toLocaleDateString());
  return [node, make("div", { className: "cxw-ends" }, ...ends.map((textContent) => make("small", { textContent })))];
}

// Two days, in the order and the words of the user's country, which the browser knows.
function dated(facet, ask, kind) {
  const [first, last] = facet.span ?? [];
  const { words } = facet;
  const day = (value, label) => make("input", { type: "date", value, min: first ?? "", max: last ?? "", ariaLabel: label });
  const day10 = (text) => (/^\d{4}-\d\d-\d\d/u.test(text ?? "") ? text.slice(0, 10) : "");
  const since = day(day10(words.start ?? words.at_least), "from");
  const until = day(day10(words.end ?? words.at_most), "to");
  const how = chosen(Object.entries(HOWS), words.how ?? (words.start ? "contained" : "started"), { ariaLabel: "Journeys that" });
  const write = () => {
    if (!since.value && !until.value) return;
    const [start, end] = [since.value || "..", until.value || ".."];
    const ends = { ...(since.value && { at_least: since.value }), ...(until.value && { at_most: until.value }) };
    const period = { filter: "during", start, end, how: how.value };
    const moment = { filter: "attribute", name: named(facet), ...ends };
    ask("write", { filter: kind === "period" ? period : moment });
  };
  const brushed = (start, end) => {
    [since.value, until.value] = [start, end];
    write();
  };
  const hint = first ? `The log has ${new Date(first).toLocaleDateString()} to ${new Date(last).toLocaleDateString()}.` : "";
  return [...calendar(facet, brushed), make(
    "div",
    { className: "cxw-fields", onchange: write },
    ...(kind === "period" ? [labelled("Journeys that", how)] : []),
    labelled("from", since),
    labelled("to", until),
    make("small", { textContent: hint }),
  )];
}

function lasting(facet, ask) {
  const [least, most] = [["at least", "at_least"], ["at most", "at_most"]].map(([label, name]) => lengthed(label, facet.words[name]));
  const write = () => {
    const filter = { filter: "lasts", at_least: least.read(), at_most: most.read() };
    if (filter.at_least || filter.at_most) ask("write", { filter });
  };
  const row = (words, { parts }) => make("label", {}, words, " ", ...parts);
  return [make("div", { className: "cxw-fields", onchange: write }, row("at least", least), row("at most", most))];
}

function counting(facet, ask) {
  const field = (name, label) => make("input", { type: "number", min: 0, step: 1, value: facet.words[name] ?? "", ariaLabel: label });
  const [least, most] = [field("at_least", "at least"), field("at_most", "at most")];
  const write = () => {
    const said = { at_least: least.value, at_most: most.value };
    const words = Object.entries(said).filter(([, value]) => value !== "").map(([name, value]) => [name, Number(value)]);
    if (words.length) ask("write", { filter: { filter: "length", ...Object.fromEntries(words) } });
  };
  return [make("div", { className: "cxw-fields", onchange: write }, labelled("at least", least), labelled("at most", most))];
}

const KINDS = {
  values: valued,
  numbers: numbered,
  period: (facet, ask) => dated(facet, ask, "period"),
  times: (facet, ask) => dated(facet, ask, "times"),
  lasts: lasting,
  length: counting,
  order: ordered,
  takes: taking,
  waits: waiting,
  week: weekly,
  endpoints: ending,
  repeats: repeated,
  pattern: patterned,
};

// What an open facet shows, with the focus and the place in its list where they were.
function refilled(content, nodes) {
  const held = content.contains(document.activeElement) ? document.activeElement : null;
  const [value, label] = [held?.value, held?.ariaLabel];
  const scrolled = content.querySelector(".cxw-values")?.scrollTop ?? 0;
  content.replaceChildren(...nodes);
  content.querySelector(".cxw-values")?.scrollTo(0, scrolled);
  if (!held) return;
  const fields = [...content.querySelectorAll("input, select, button")];
  const same = (node) => (node.type === "checkbox" ? node.value === value : label && node.ariaLabel === label);
  fields.find(same)?.focus({ preventScroll: true });
}

// The window itself: the names of the facets with a search, and the room for the open one.
function framed(home, ask) {
  const list = make("div", { className: "cxw-names", role: "group", ariaLabel: "What to choose by" });
  const content = make("div", { className: "cxw-facet" });
  const find = make("input", { type: "search", placeholder: "Find a property", ariaLabel: "Find a property" });
  const side = make("div", { className: "cxw-index" }, find, list);
  const says = { className: "cxw-facets", role: "dialog", ariaLabel: "Filter", popover: "auto" };
  const dialog = make("div", says, side, content);
  const narrow = () => {
    const wanted = find.value.toLowerCase();
    for (const name of list.children) name.hidden = !name.textContent.toLowerCase().includes(wanted);
  };
  const show = (anchor) => {
    const { left, bottom } = anchor.getBoundingClientRect();
    dialog.style.left = `${Math.max(8, Math.min(left, innerWidth - WIDE))}px`;
    dialog.style.top = `${Math.max(8, Math.min(bottom + 6, innerHeight - TALL))}px`;
    if (!dialog.matches(":popover-open")) dialog.showPopover();
    find.focus();
  };
  find.addEventListener("input", narrow);
  dialog.addEventListener("toggle", ({ newState }) => newState === "closed" && ask("close"));
  home.append(dialog);
  return { content, list, narrow, show };
}

// The facets of a panel; they stay in the page while all around them is drawn anew.
export function faceted({ ask, home, model }) {
  const { content, list, narrow, show } = framed(home, ask);
  const refused = make("p", { className: "cxw-refused", role: "status" });
  let [keep, shown, facts] = [{}, "", null];
  model.on("change:said", () => (refused.textContent = model.get("said")));
  const turn = (facet, owner = "") => {
    [keep, shown] = [{}, ""];
    ask("open", { facet, owner });
  };
  const name = ([facet, words]) => button(words, () => turn(facet), {
    ariaCurrent: facet === facts.facet.name ? "true" : null, title: words,
  });
  const fill = (given) => {
    facts = given;
    const { facet, facets } = facts;
    list.replaceChildren(...facets.map(name));
    narrow();
    const text = JSON.stringify(facet);
    if (shown && keep.told?.(facet)) return;
    if (!facet.name || text === shown) return;
    shown = text;
    const title = facets.find(([known]) => known === facet.name)[1];
    const head = make("strong", { textContent: `${facet.not ? "not: " : ""}${title}` });
    const n = make("small", { textContent: `of ${facet.n}` });
    refilled(content, [head, n, refused, ...KINDS[facet.kind](facet, ask, keep, facts)]);
  };
  const open = (anchor) => {
    show(anchor);
    const [first] = facts.facets.find(([facet]) => facet.startsWith(OF)) ?? facts.facets[0];
    turn(first);
  };
  const edit = (facet, owner, anchor) => {
    show(anchor);
    turn(facet, owner);
  };
  return { edit, fill, open };
}
