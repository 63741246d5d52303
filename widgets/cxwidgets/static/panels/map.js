// The process map: pan, zoom, choose, and a coverage slider that asks nothing.
import { choosing } from "../shared/choose.js";
import { button, make, number } from "../shared/make.js";
import { panel } from "../shared/panel.js";

const ZOOM = { least: 0.5, most: 8, step: 1.25 };
const HINT = "Drag to move, Ctrl and wheel to zoom. Shift and click choose one more.";
const KEYS = "Arrow keys move the map, + and - zoom, 0 shows all of it. Enter chooses, with Shift one more.";
const STEP = 60;
const DRAG = 4;
const PAN = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const [LEAST, USUAL, FEW, MANY] = [0.05, 0.9, 25, 40];

// What the map can be made to do; `view` is where it is, which outlives its redraws.
function moving(svg, map, view) {
  const placed = map.getAttribute("transform") ?? "";
  const apply = () => map.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.k}) ${placed}`);
  const middle = () => ({ x: svg.viewBox.baseVal.width / 2, y: svg.viewBox.baseVal.height / 2 });
  const to = (x, y) => {
    Object.assign(view, { x, y });
    apply();
  };
  const zoom = (factor, { x, y } = middle()) => {
    const k = Math.min(ZOOM.most, Math.max(ZOOM.least, view.k * factor));
    const kept = [x - ((x - view.x) * k) / view.k, y - ((y - view.y) * k) / view.k];
    view.k = k;
    to(...kept);
  };
  const reset = () => {
    view.k = 1;
    to(0, 0);
  };
  apply();
  return { to, reset, zoom, closer: () => zoom(ZOOM.step), farther: () => zoom(1 / ZOOM.step) };
}

// A drag moves the map, and is no click; the wheel zooms where it is turned, with Ctrl, so that a page still scrolls.
function dragging(svg, map, view, { to, zoom }, signal) {
  const point = ({ clientX, clientY }) =>
    new DOMPoint(clientX, clientY).matrixTransform(map.parentNode.getScreenCTM().inverse());
  const listen = (name, react, more) => svg.addEventListener(name, react, { signal, ...more });
  let from = null;
  listen("pointerdown", (event) => {
    from = { at: point(event), x: view.x, y: view.y };
  });
  listen("pointermove", (event) => {
    if (!from || !(event.buttons & 1)) return;
    const at = point(event);
    const [right, down] = [at.x - from.at.x, at.y - from.at.y];
    if (!from.dragged && Math.hypot(right, down) < DRAG) return;
    from.dragged = true;
    to(from.x + right, from.y + down);
  });
  listen("click", (event) => from?.dragged && event.stopPropagation(), { capture: true });
  const wheeled = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? ZOOM.step : 1 / ZOOM.step, point(event));
  };
  listen("wheel", wheeled, { passive: false });
}

function typing(body, svg, view, { to, reset, closer, farther }, signal) {
  const keys = { "+": closer, "=": closer, "-": farther, 0: reset };
  for (const [key, [right, down]] of Object.entries(PAN)) {
    keys[key] = () => to(view.x + STEP * right, view.y + STEP * down);
  }
  const typed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !svg.contains(event.target) || !keys[event.key]) return;
    keys[event.key]();
    event.preventDefault();
  };
  body.addEventListener("keydown", typed, { signal });
}

function zooming({ body, tools, signal }, view) {
  const svg = body.querySelector("svg");
  const map = svg?.querySelector(".cx-map");
  if (!map) return;
  const moves = moving(svg, map, view);
  dragging(svg, map, view, moves, signal);
  typing(body, svg, view, moves, signal);
  map.setAttribute("role", "group");
  map.setAttribute("aria-label", KEYS);
  const labelled = (label, text, act) => button(text, act, { ariaLabel: label, title: label });
  tools.append(
    labelled("Zoom in", "+", moves.closer),
    labelled("Zoom out", "−", moves.farther),
    labelled("Show all of the map", "Fit", moves.reset),
  );
}

// How much of the moves a map can show at first and still be read.
function readable(moves) {
  const coverages = moves.map((move) => Number(move.dataset.coverage)).sort((a, b) => a - b);
  if (coverages.length <= FEW) return 1;
  return Math.max(LEAST, Math.min(USUAL, coverages[MANY] ?? 1));
}

function covering({ body, tools, signal, model }, view) {
  const parts = [...body.querySelectorAll("[data-coverage]")];
  const moves = parts.filter((part) => part.classList.contains("cx-move"));
  if (!moves.length) return;
  const { moves: every, most } = model.get("facts");
  const max = Math.max(1, Math.floor(100 * most));
  const coverage = Math.min(view.coverage ?? readable(moves), most);
  const least = Math.min(100 * LEAST, max);
  const slider = make("input", { type: "range", min: least, max, step: 1, value: Math.round(100 * coverage) });
  const output = make("output");
  const others = [...body.querySelectorAll(".cx-other[data-total]")];
  const said = [...body.querySelectorAll("text")].find((text) => text.textContent.startsWith("Shows "));
  const apply = () => {
    const share = Number(slider.value) === max ? most : Number(slider.value) / 100;
    for (const part of parts) part.classList.toggle("cxw-hidden", Number(part.dataset.coverage) >= share);
    const drawn = moves.filter((move) => !move.classList.contains("cxw-hidden"));
    const shown = drawn.length;
    for (const other of others) {
      const side = other.dataset.way === "out" ? "source" : "target";
      const taken = drawn.filter((move) => move.dataset[side] === other.dataset.of);
      const rest = other.dataset.total - taken.reduce((sum, move) => sum + Number(move.dataset.count), 0);
      other.querySelector("text").textContent = rest ? `other · ${number(rest)}` : "";
    }
    output.textContent = `${slider.value} %`;
    if (said) said.textContent = `Shows ${shown} of ${number(every)} moves, starts and ends included.`;
  };
  const slide = () => {
    view.coverage = Number(slider.value) / 100;
    apply();
  };
  slider.addEventListener("input", slide, { signal });
  tools.append(make("label", { className: "cxw-slider" }, "Coverage ", slider, " ", output));
  apply();
}

function render(given) {
  const view = { x: 0, y: 0, k: 1 };
  return panel(given, (context) => {
    const { body, tools } = context;
    tools.replaceChildren();
    zooming(context, view);
    covering(context, view);
    if (body.querySelector(".cx-map")) tools.append(make("small", { className: "cxw-hint", textContent: HINT }));
    choosing(context);
  });
}

export default { render };
