// Moving about in the map: drag, wheel, buttons, and a small map of it all where only a part is seen.
import { make, shape } from "../shared/make.js";

const ZOOM = { least: 0.5, most: 8, step: 1.25 };
const DRAG = 4;
const SMALL = 150; // pixels that the small map is wide

// What the map can be made to do; `view` is where it is, which outlives its redraws.
function handled(map, canvas, view, tell) {
  const placed = (view.placed = map.dataset.placed ?? map.getAttribute("transform"));
  map.dataset.placed = placed;
  const { width, height } = size(canvas);
  const to = (x, y) => {
    Object.assign(view, { x, y });
    map.setAttribute("transform", `translate(${x} ${y}) scale(${view.k}) ${placed}`);
    tell();
  };
  const middle = new DOMPoint(width / 2, height / 2);
  const zoom = (factor, { x, y } = middle) => {
    const k = Math.min(ZOOM.most, Math.max(ZOOM.least, view.k * factor));
    const kept = [x - ((x - view.x) * k) / view.k, y - ((y - view.y) * k) / view.k];
    view.k = k;
    to(...kept);
  };
  const reset = () => {
    view.k = 1;
    to(0, 0);
  };
  return { to, zoom, reset, by: (right, down) => to(view.x + right, view.y + down) };
}

const size = (canvas) => ({ width: canvas.width.baseVal.value, height: canvas.height.baseVal.value });

// A drag moves the map, and is no click; the wheel zooms where it is turned, with Ctrl, so that a page still scrolls.
function dragging(canvas, view, { to, zoom }, signal) {
  const point = ({ clientX, clientY }) => new DOMPoint(clientX, clientY).matrixTransform(canvas.getScreenCTM().inverse());
  const listen = (name, react, more) => canvas.parentNode.addEventListener(name, react, { signal, ...more });
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

// The whole map, small, with the part that is seen; a click there brings that place into the middle.
function small(body, map, canvas, view) {
  const { width, height } = size(canvas);
  const seen = shape("rect", { class: "cxw-seen" });
  const boxes = [...map.querySelectorAll(".cx-node .cx-box")].map((box) => {
    const { x, y, width: wide, height: tall } = box.getBBox();
    return shape("rect", { x, y, width: wide, height: tall, rx: 4 });
  });
  const all = shape("g", { transform: view.placed }, ...boxes);
  const picture = shape("svg", { viewBox: `0 0 ${width} ${height}`, width: SMALL, class: "cxw-small-map" }, all, seen);
  picture.setAttribute("height", (SMALL * height) / width);
  const holder = make("div", { className: "cxw-minimap", hidden: true, ariaHidden: "true" }, picture);
  body.append(holder);
  const update = () => {
    holder.hidden = view.k <= 1.01;
    const at = { x: -view.x / view.k, y: -view.y / view.k, width: width / view.k, height: height / view.k };
    for (const [name, value] of Object.entries(at)) seen.setAttribute(name, value);
  };
  return { holder, update };
}

// Connects all of this to a picture; gives back what keys and buttons may do.
export function moving({ body, signal }, view) {
  const map = body.querySelector(".cx-map");
  const canvas = body.querySelector(".cx-canvas");
  let overview = null;
  const handles = handled(map, canvas, view, () => overview?.update());
  overview = small(body, map, canvas, view);
  handles.to(view.x, view.y);
  dragging(canvas, view, handles, signal);
  const centred = (event) => {
    const { left, top, width } = overview.holder.firstChild.getBoundingClientRect();
    const factor = size(canvas).width / width;
    const [x, y] = [(event.clientX - left) * factor, (event.clientY - top) * factor];
    handles.to(size(canvas).width / 2 - x * view.k, size(canvas).height / 2 - y * view.k);
  };
  overview.holder.addEventListener("pointerdown", centred, { signal });
  return { ...handles, closer: () => handles.zoom(ZOOM.step), farther: () => handles.zoom(1 / ZOOM.step) };
}
