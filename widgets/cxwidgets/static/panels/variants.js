// The ways that journeys take: rows of colours, of which only those in sight are made, however many there are.
import { listing } from "../shared/listing.js";
import { button, make, number, watch } from "../shared/make.js";
import { panel } from "../shared/panel.js";

const LARGE = 720;
const [TALL, LOW, BELOW] = [34, 26, 18];
const AROUND = 12; // rows made above and below those in sight
const MOST = 200;
const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -Infinity, End: Infinity };
const WORDS = { falling: "\u25BE", rising: "\u25B4" };
const HINT = "Click keeps a row, Shift and click several.";

function breakdown({ ask, model }) {
  const { attributes = [], by } = model.get("facts");
  if (attributes.length < 2) return [];
  const option = (name) => make("option", { value: name, textContent: name, selected: name === by });
  const select = make("select", { onchange: () => ask("ask", { by: select.value }) }, ...attributes.map(option));
  return [make("label", {}, "Count ", select)];
}

function behind({ ask, model }) {
  const { listing: listed, n } = model.get("facts");
  if (listed === undefined || !n) return [];
  return [button(n === 1 ? "List this journey" : `List these ${number(n)} journeys`, () => ask("list"))];
}

// The heads of the columns are the buttons that sort.
function heads({ ask, model }) {
  const { sorts, sort, falling } = model.get("facts");
  const cells = { count: [], path: [make("span", { textContent: "steps, in order" })] };
  for (const [column, word] of Object.entries(sorts)) {
    const sign = column === sort ? ` ${falling ? WORDS.falling : WORDS.rising}` : "";
    const head = button(word + sign, () => ask("sort", { column }), { className: "cxw-head" });
    head.dataset.place = column;
    head.setAttribute("aria-pressed", String(column === sort));
    (cells[column] ??= []).push(head);
  }
  const order = ["count", "path", ...Object.keys(sorts).filter((column) => column !== "count")];
  return make("div", { className: "cxw-way cxw-heads" }, ...order.map((column) => cell(column, ...cells[column])));
}

const cell = (column, ...content) => make("span", { className: `cxw-cell cxw-of-${column}` }, ...content);

function bar({ own, all }) {
  const [whole, part] = ["i", "b"].map((tag) => make(tag));
  whole.style.width = `${100 * all}%`;
  part.style.cssText = `left: ${100 * Math.max(0, all - own)}%; width: ${100 * own}%`;
  return make("span", { className: "cxw-share-bar" }, whole, part);
}

// A strip: a block a step, in the activity's colour; which one it is can be read on it, or when it is pointed at.
function strip({ path, below, steps }, { names, colours }) {
  const blocks = path.map((place, at) => {
    const block = make("span", { className: "cx-step" }, make("em", { textContent: names[place] }));
    block.style.setProperty("--step", colours[place][0]);
    block.dataset.says = `${at + 1} of ${steps}: ${names[place]}`;
    return block;
  });
  if (steps > path.length) blocks.push(make("small", { textContent: `+${number(steps - path.length)}` }));
  const parts = blocks.length ? [make("span", { className: "cxw-strip" }, ...blocks)] : [];
  if (below) parts.push(make("small", { className: "cxw-below", textContent: below }));
  return cell("path", ...parts);
}

function rowOf(row, at, window, sorts) {
  const figures = Object.keys(sorts).filter((column) => column !== "count");
  const value = (column) => String(column === "length" ? row.steps : row[column]);
  const count = cell("count", make("strong", { textContent: row.share }), bar(row), make("span", { textContent: row.count }));
  const cells = [count, strip(row, window), ...figures.map((column) => cell(column, value(column)))];
  const node = make("div", { className: "cxw-way cx-variant", role: "button", tabIndex: -1 }, ...cells);
  node.dataset.variant = row.variant ?? "";
  node.dataset.at = at;
  if (row.key) node.dataset.key = row.key;
  node.ariaLabel = `${row.tip}. ${row.below || row.path.map((place) => window.names[place]).join(", ")}`;
  return node;
}

// What is known of the rows: those that came last, and how to ask for others, one question at a time.
function fetching({ ask, model, signal }, arrived) {
  let window = model.get("facts").window;
  let [asked, wanted] = [null, null];
  const has = ([first, end]) => first >= window.first && end <= window.first + window.rows.length;
  const next = () => {
    if (asked || !wanted || has(wanted)) return;
    asked = wanted;
    ask("rows", { first: asked[0], rows: Math.min(MOST, asked[1] - asked[0]) });
  };
  const come = () => {
    const came = model.get("window");
    if (!asked || came.first !== asked[0]) return;
    [window, asked] = [came, null];
    arrived();
    next();
  };
  watch(model, { window: come }, signal);
  return {
    at: (place) => window.rows[place - window.first],
    window: () => window,
    want: (first, end) => {
      wanted = [first, end];
      if (!has(wanted)) next();
    },
  };
}

// The list: as high as all rows together, filled where it is looked at. `view` outlives its redraws.
function lined(context, view) {
  const { model, mark, signal } = context;
  const { of, sorts } = model.get("facts");
  const says = make("p", { className: "cxw-says cxw-hint", textContent: HINT });
  const filled = make("div", { className: "cxw-filled" });
  const inner = make("div", { className: "cxw-all" }, filled);
  const list = make("div", { className: "cxw-list" }, inner);
  list.setAttribute("role", "group");
  list.ariaLabel = `${number(of)} rows; arrow keys go from row to row, Enter chooses, with Shift several`;
  const below = model.get("facts").window.rows.some((row) => row.below);
  const tall = () => (list.clientWidth >= LARGE ? TALL : LOW) + (below ? BELOW : 0);
  const fill = () => {
    const high = tall();
    inner.style.height = `${of * high}px`;
    inner.style.setProperty("--row", `${high}px`);
    const first = Math.max(0, Math.floor(list.scrollTop / high) - AROUND);
    const end = Math.min(of, Math.ceil((list.scrollTop + list.clientHeight) / high) + AROUND);
    rows.want(first, end);
    const places = Array.from({ length: Math.max(0, end - first) }, (_, place) => first + place);
    const { held } = view;
    filled.replaceChildren(
      ...places.map((place) => {
        const row = rows.at(place);
        const node = row ? rowOf(row, place, rows.window(), sorts) : make("div", { className: "cxw-way cxw-waiting" });
        node.style.top = `${place * high}px`;
        return node;
      }),
    );
    view.held = held; // a row that goes takes the focus with it
    mark();
    reach();
  };
  const reach = () => {
    const nodes = [...filled.querySelectorAll(".cx-variant")];
    const active = nodes.find((node) => Number(node.dataset.at) === view.at) ?? nodes.find((node) => !isAbove(node, list));
    if (active) active.tabIndex = 0;
    if (view.held && active) active.focus({ preventScroll: true });
  };
  const rows = fetching(context, fill);
  moving({ ...context, list, says, fill, tall, of }, view);
  const sight = new ResizeObserver(fill);
  sight.observe(list);
  signal.addEventListener("abort", () => sight.disconnect());
  return { list, says, settle: () => ((list.scrollTop = view.top), fill()) };
}

const isAbove = (node, list) => node.offsetTop < list.scrollTop;

// Clicks, keys, pointing and scrolling.
function moving({ ask, list, says, fill, tall, of, signal }, view) {
  const listen = (name, react) => list.addEventListener(name, react, { signal });
  const row = (event) => event.target.closest?.(".cx-variant");
  const choose = (event) => {
    const node = row(event);
    if (!node?.dataset.key) return;
    view.at = Number(node.dataset.at);
    ask("choose", { key: node.dataset.key, besides: event.shiftKey });
  };
  listen("click", choose);
  listen("mousedown", (event) => event.shiftKey && event.preventDefault());
  listen("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") choose(event);
    else if (event.key in STEPS) {
      const at = Number(row(event)?.dataset.at ?? 0) + STEPS[event.key];
      view.at = Math.min(of - 1, Math.max(0, at));
      view.held = true;
      const [top, high] = [view.at * tall(), list.clientHeight];
      if (top < list.scrollTop || top + tall() > list.scrollTop + high) list.scrollTop = Math.max(0, top - high / 2);
      fill();
    } else return;
    event.preventDefault();
  });
  listen("focusout", () => (view.held = false));
  listen("pointerover", (event) => {
    const said = event.target.closest?.("[data-says]")?.dataset.says ?? row(event)?.ariaLabel.split(". ")[0];
    says.textContent = said ?? HINT;
  });
  listen("pointerleave", () => (says.textContent = HINT));
  let due = 0;
  listen("scroll", () => {
    view.top = list.scrollTop;
    cancelAnimationFrame(due);
    due = requestAnimationFrame(fill);
  });
}

function connect(context, view) {
  const { ask, body, model, tools } = context;
  const { listing: rows, of, sorts, sort, falling } = model.get("facts");
  if (rows) {
    listing(context, button(`Back to the ${model.get("label").toLowerCase()}`, () => ask("leave")));
    return;
  }
  tools.replaceChildren(...breakdown(context), ...behind(context));
  if (of === undefined) return;
  const standing = `${sort} ${falling} ${of}`;
  if (view.standing !== standing) Object.assign(view, { top: 0, at: 0, standing });
  if (!of) {
    body.replaceChildren(make("p", { className: "cxw-hint", textContent: "No journeys in this selection." }));
    return;
  }
  const { list, says, settle } = lined(context, view);
  const root = make("div", { className: "cxw-ways" }, heads(context, sorts), list, says);
  body.replaceChildren(root);
  settle();
}

export default {
  render: (given) => {
    const view = { top: 0, at: 0, held: false, standing: "" };
    return panel(given, (context) => connect(context, view));
  },
};
