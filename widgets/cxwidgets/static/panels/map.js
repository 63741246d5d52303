// The process map: Python lays it out for what is shown and for the room that there is; the browser moves it there.
import { carding } from "../map/card.js";
import { moving } from "../map/moving.js";
import { equipped } from "../map/tools.js";
import { travelling } from "../map/travel.js";
import { fading, walking } from "../map/walking.js";
import { choosing } from "../shared/choose.js";
import { panel } from "../shared/panel.js";

const [TALLEST, LOWEST, BESIDES] = [660, 420, 180];
const [LEAST, MOST, SLACK, PATIENCE] = [240, 4000, 3, 120];

// How large the map may be: its slot of the explorer, or as wide as the panel and as high as a window shows.
function room(body) {
  const slot = body.closest(".cxw-map");
  const height = slot ? body.clientHeight : Math.min(TALLEST, Math.max(LOWEST, window.innerHeight - BESIDES));
  const within = (value) => Math.min(MOST, Math.max(LEAST, Math.floor(value)));
  return { width: within(body.clientWidth), height: within(height) };
}

// Asks for the map in another size when there is more or less room for it.
function filling({ body, ask, signal }, view) {
  let waiting;
  const look = () => {
    if (!body.clientWidth || !body.querySelector(".cx-canvas")) return;
    const [{ width, height }, svg] = [room(body), body.querySelector(":scope > svg").viewBox.baseVal];
    const last = view.asked ?? { width: svg.width, height: svg.height };
    if (Math.abs(width - last.width) <= SLACK && Math.abs(height - last.height) <= SLACK) return;
    view.asked = { width, height };
    ask("look", { width, height });
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PATIENCE);
  };
  const observer = new ResizeObserver(soon);
  observer.observe(body);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    clearTimeout(waiting);
  });
}

function connected(context, view) {
  const { body, model, signal, tools } = context;
  const map = body.querySelector(".cx-map");
  const isNew = view.markup !== model.get("markup");
  if (isNew) Object.assign(view, { x: 0, y: 0, k: 1, markup: model.get("markup") });
  view.tools.update(body.querySelector(".cx-canvas")?.dataset);
  filling(context, view);
  if (!map || !body.querySelector(".cx-canvas")) return;
  travelling(map, view, isNew, signal);
  view.handles = moving(context, view);
  choosing(context);
  const back = () => body.querySelector('.cx-map [tabindex="0"]')?.focus({ preventScroll: true });
  const card = carding({ ...context, root: body }, back);
  const leave = () => (card.isOpen() ? card.close() : tools.querySelector("select, input, button").focus());
  walking(context, view, view.handles, leave);
  fading(map, signal);
}

function render(given) {
  const view = { x: 0, y: 0, k: 1 };
  return panel(given, (context) => {
    context.body.classList.add("cxw-mapped");
    view.tools ??= equipped(context, view);
    connected(context, view);
  });
}

export default { render };
