// The process map: pan, zoom, choose, and a coverage slider that asks nothing.
const ZOOM = { least: 0.5, most: 8, step: 1.25 };
const HINT = "Drag to move, Ctrl and wheel to zoom. Shift and click choose one more.";
const KEYS = "Arrow keys move the map, + and - zoom, 0 shows all of it. Enter chooses, with Shift one more.";
const STEP = 60;
const PAN = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const [LEAST, USUAL, FEW, MANY] = [0.05, 0.9, 25, 40];

function keyed(body) {
  for (const node of body.querySelectorAll('.cx-node:not([data-activity^="-"])')) {
    node.dataset.key = `activity ${node.dataset.activity}`;
  }
  for (const move of body.querySelectorAll(".cx-move")) {
    move.dataset.key = `move ${move.dataset.source} ${move.dataset.target}`;
  }
}

function zooming({ body, tools, signal }, view) {
  const svg = body.querySelector("svg");
  const map = svg?.querySelector(".cx-map");
  if (!map) return;
  const placed = map.getAttribute("transform") ?? "";
  const apply = () => map.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.k}) ${placed}`);
  const point = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(map.parentNode.getScreenCTM().inverse());
  const zoom = (factor, at) => {
    const k = Math.min(ZOOM.most, Math.max(ZOOM.least, view.k * factor));
    view.x = at.x - ((at.x - view.x) * k) / view.k;
    view.y = at.y - ((at.y - view.y) * k) / view.k;
    view.k = k;
    apply();
  };
  const middle = () => ({ x: svg.viewBox.baseVal.width / 2, y: svg.viewBox.baseVal.height / 2 });
  const reset = () => {
    Object.assign(view, { x: 0, y: 0, k: 1 });
    apply();
  };
  let from = null;
  svg.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(event.deltaY < 0 ? ZOOM.step : 1 / ZOOM.step, point(event));
    },
    { signal, passive: false },
  );
  svg.addEventListener("pointerdown", (event) => (from = { at: point(event), x: view.x, y: view.y }), { signal });
  svg.addEventListener(
    "pointermove",
    (event) => {
      if (!from || !(event.buttons & 1)) return;
      const to = point(event);
      if (!from.dragged && Math.hypot(to.x - from.at.x, to.y - from.at.y) < 4) return;
      from.dragged = true;
      view.x = from.x + to.x - from.at.x;
      view.y = from.y + to.y - from.at.y;
      apply();
    },
    { signal },
  );
  svg.addEventListener("click", (event) => from?.dragged && event.stopPropagation(), { signal, capture: true });
  const moved = (x, y) => {
    view.x += STEP * x;
    view.y += STEP * y;
    apply();
  };
  const typed = { "+": () => zoom(ZOOM.step, middle()), "=": () => zoom(ZOOM.step, middle()), "-": () => zoom(1 / ZOOM.step, middle()), 0: reset };
  for (const [key, way] of Object.entries(PAN)) typed[key] = () => moved(...way);
  body.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !svg.contains(event.target) || !typed[event.key]) return;
      typed[event.key]();
      event.preventDefault();
    },
    { signal },
  );
  map.setAttribute("role", "group");
  map.setAttribute("aria-label", KEYS);
  const button = (label, text, act) => make("button", { type: "button", ariaLabel: label, title: label, textContent: text, onclick: act });
  tools.append(
    button("Zoom in", "+", () => zoom(ZOOM.step, middle())),
    button("Zoom out", "−", () => zoom(1 / ZOOM.step, middle())),
    button("Show all of the map", "Fit", reset),
  );
  apply();
}

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
  const slider = make("input", { type: "range", min: Math.min(100 * LEAST, max), max, step: 1, value: Math.round(100 * coverage) });
  const output = make("output");
  const said = [...body.querySelectorAll("text")].find((text) => text.textContent.startsWith("Shows "));
  const apply = () => {
    const share = Number(slider.value) === max ? most : Number(slider.value) / 100;
    for (const part of parts) part.classList.toggle("cxw-hidden", Number(part.dataset.coverage) >= share);
    const shown = moves.filter((move) => !move.classList.contains("cxw-hidden")).length;
    output.textContent = `${slider.value} %`;
    if (said) said.textContent = `Shows ${shown} of ${every.toLocaleString("en")} moves, starts and ends included.`;
  };
  const slide = () => {
    view.coverage = Number(slider.value) / 100;
    apply();
  };
  slider.addEventListener("input", slide, { signal });
  tools.append(make("label", { className: "cxw-slider" }, "Coverage ", slider, " ", output));
  apply();
}

function render({ model, el }) {
  const view = { x: 0, y: 0, k: 1 };
  return panel(model, el, (context) => {
    context.tools.replaceChildren();
    keyed(context.body);
    zooming(context, view);
    covering(context, view);
    if (context.body.querySelector(".cx-map")) context.tools.append(make("small", { className: "cxw-hint", textContent: HINT }));
    choosing(context, (node, besides) => context.ask("choose", { key: node.dataset.key, besides }));
  });
}
export default { render };
