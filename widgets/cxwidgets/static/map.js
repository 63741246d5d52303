// The process map: pan, zoom, choose, and a coverage slider that asks nothing.
const ZOOM = { least: 0.5, most: 8, step: 1.25 };

function keyed(body) {
  for (const node of body.querySelectorAll(".cx-node")) node.dataset.key = `activity ${node.dataset.activity}`;
  for (const move of body.querySelectorAll(".cx-move")) {
    move.dataset.key = `move ${move.dataset.source} ${move.dataset.target}`;
  }
}

function zooming({ body, tools, signal }, view) {
  const svg = body.querySelector("svg");
  const map = svg?.querySelector(".cx-map");
  if (!map) return;
  const apply = () => map.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.k})`);
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
  const button = (label, text, act) => make("button", { type: "button", ariaLabel: label, title: label, textContent: text, onclick: act });
  tools.append(
    button("Zoom in", "+", () => zoom(ZOOM.step, middle())),
    button("Zoom out", "−", () => zoom(1 / ZOOM.step, middle())),
    button("Show all of the map", "Fit", reset),
  );
  apply();
}

function covering({ body, tools, model, signal }, view) {
  const shown = [...body.querySelectorAll("[data-coverage]")];
  if (!shown.length) return;
  view.coverage ??= Number(model.get("coverage"));
  const slider = make("input", { type: "range", min: 5, max: 100, step: 1, value: Math.round(view.coverage * 100) });
  const output = make("output");
  const apply = () => {
    view.coverage = Number(slider.value) / 100;
    for (const node of shown) node.classList.toggle("cxw-hidden", Number(node.dataset.coverage) >= view.coverage);
    output.textContent = `${slider.value} % of all moves`;
  };
  slider.addEventListener("input", apply, { signal });
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
    choosing(context, (node, besides) => context.ask("choose", { key: node.dataset.key, besides }));
  });
}
export default { render };
