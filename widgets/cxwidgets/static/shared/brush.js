// Bars to choose from, by a drag across them, by a click, or with the keys. Python hears "brush" with the first and the
// last key, "choose" with one and whether Shift was held, and "clear".
import { keyed } from "./choose.js";
import { shape, watch } from "./make.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
const DRAG = 4;
const AXIS = 24;
const KEYS = "Arrow keys go from bar to bar, with Shift over several. Enter keeps them, Escape takes the choice back.";

// The bars as buttons of which one can be reached with Tab.
function reachable({ body, model }) {
  const { bins } = model.get("facts");
  const bars = keyed(body, bins);
  const marks = model.get("marks");
  const first = Math.max(0, bars.findIndex((bar) => marks.includes(bar.dataset.key)));
  for (const [place, bar] of bars.entries()) bar.tabIndex = place === first ? 0 : -1;
  return bars;
}

// Where things are, in the coordinates of the bars; asked late, since nothing has a place before the page shows it.
function measuring(bars) {
  const group = bars[0].parentNode;
  const plot = group.closest(".root").querySelector(".background").cloneNode();
  plot.setAttribute("class", "cxw-plot");
  group.before(plot);
  const box = (place) => bars[place].getBBox();
  const point = ({ clientX, clientY }) =>
    new DOMPoint(clientX, clientY).matrixTransform(group.getScreenCTM().inverse());
  const inside = ({ x, y }) => {
    const { width, height } = plot.getBBox();
    return x >= 0 && x <= width && y >= 0 && y <= height + AXIS;
  };
  const touched = (from, to) => {
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    const places = [...bars.keys()].filter((place) => box(place).x < high && box(place).x + box(place).width > low);
    return places.length ? [places[0], places.at(-1)] : null;
  };
  return { group, plot, box, point, inside, touched };
}

// The range in the making is outlined; behind each bar that is chosen its whole column is tinted, however low it is.
function marking(bars, { group, plot, box }, { model, signal }) {
  const [chosen, outline] = ["cxw-chosen", "cxw-brush"].map((name) => shape("path", { class: name }));
  plot.after(chosen);
  group.after(outline);
  const column = ([first, last]) => {
    const [from, to] = [box(first).x, box(last).x + box(last).width];
    return `M${from},0H${to}V${plot.getBBox().height}H${from}Z`;
  };
  const tint = () => {
    const marks = model.get("marks");
    const places = [...bars.keys()].filter((place) => marks.includes(bars[place].dataset.key));
    chosen.setAttribute("d", places.map((place) => column([place, place])).join(""));
  };
  const sight = new ResizeObserver(tint);
  sight.observe(bars[0].ownerSVGElement);
  signal.addEventListener("abort", () => sight.disconnect());
  watch(model, { marks: tint }, signal);
  return (range) => outline.setAttribute("d", range ? column(range.toSorted((a, b) => a - b)) : "");
}

// A drag brushes the columns that it touches, unless Escape ends it; a click chooses the column in which it is.
function pressing(svg, { inside, point, touched }, { brush, choose, mark, signal }) {
  let press = null;
  const listen = (name, react) => svg.addEventListener(name, react, { signal });
  const drop = () => {
    press = null;
    mark(null);
  };
  listen("pointerdown", (event) => {
    drop();
    if (event.button === 0) press = { x: event.clientX, at: point(event) };
  });
  listen("pointermove", (event) => {
    if (!press || !(event.buttons & 1)) return;
    if (!press.dragged && Math.abs(event.clientX - press.x) < DRAG) return;
    press.dragged = true;
    if (!inside(press.at)) return;
    svg.setPointerCapture(event.pointerId);
    press.range = touched(press.at.x, point(event).x);
    mark(press.range);
  });
  listen("pointerup", () => {
    if (press?.range) brush(press.range);
    if (press) press.range = null;
    mark(null);
  });
  listen("pointercancel", drop);
  listen("click", (event) => {
    if (press?.dragged) return;
    const at = point(event);
    const column = touched(at.x, at.x);
    if (column && inside(at)) choose(column[0], event.shiftKey);
  });
  const given = (event) => {
    if (event.key !== "Escape" || !press?.range) return;
    event.stopPropagation();
    press = { dragged: true, at: {} };
    mark(null);
  };
  document.addEventListener("keydown", given, { capture: true, signal });
}

// The listeners stand on HTML: a part of an SVG that listens to keys would take the focus itself.
function typing(body, bars, { brush, choose, clear, mark, signal }) {
  let range = null;
  const go = (from, step, far) => {
    const to = Math.min(bars.length - 1, Math.max(0, from + step));
    range = far ? [range?.[0] ?? from, to] : null;
    bars[to].focus();
  };
  const keep = (place, besides) => {
    if (range) brush(range.toSorted((a, b) => a - b));
    else choose(place, besides);
    range = null;
  };
  const back = () => {
    if (!range) clear();
    range = null;
  };
  const typed = (event) => {
    const place = bars.indexOf(event.target);
    if (place < 0) return;
    if (event.key in STEPS) go(place, STEPS[event.key], event.shiftKey);
    else if (event.key === "Enter" || event.key === " ") keep(place, event.shiftKey);
    else if (event.key === "Escape") back();
    else return;
    event.preventDefault();
    mark(range);
  };
  const reached = ({ target }) => {
    for (const bar of bars) bar.tabIndex = bar === target ? 0 : -1;
  };
  const left = ({ relatedTarget }) => {
    if (bars.includes(relatedTarget)) return;
    range = null;
    mark(null);
  };
  const listeners = { keydown: typed, focusin: reached, focusout: left, pointerdown: () => (range = null) };
  for (const [name, react] of Object.entries(listeners)) body.addEventListener(name, react, { signal });
}

export const POINTER = "Drag across the bars to keep a range, or click one; with Shift, all up to it.";

// Gives the bars of a picture their hands; false where it has no bars.
export function brushing(context) {
  const { ask, body, model, signal } = context;
  const bars = reachable(context);
  if (!bars.length) return false;
  const { bins } = model.get("facts");
  const measures = measuring(bars);
  const hands = {
    brush: ([first, last]) => ask("brush", { first: bins[first], last: bins[last] }),
    choose: (place, besides) => ask("choose", { key: bins[place], besides }),
    clear: () => ask("clear"),
    mark: marking(bars, measures, context),
    signal,
  };
  measures.group.setAttribute("role", "group");
  measures.group.setAttribute("aria-label", KEYS);
  pressing(bars[0].ownerSVGElement, measures, hands);
  typing(body, bars, hands);
  return true;
}
