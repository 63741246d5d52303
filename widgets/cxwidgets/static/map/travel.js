// Boxes and lines move from where they were to where they are now, unless somebody wants no motion.
export const LASTS = 300;
const POINTS = 24;

const key = (node) => node.dataset.activity ?? `${node.dataset.source} ${node.dataset.target}`;

function along(path) {
  const length = path.getTotalLength();
  return Array.from({ length: POINTS }, (_, i) => {
    const { x, y } = path.getPointAtLength((length * i) / (POINTS - 1));
    return [x, y];
  });
}

function middle(node) {
  const { x, y, width, height } = node.querySelector(".cx-box").getBBox();
  return [x + width / 2, y + height / 2];
}

// Where everything is, in the pixels of the canvas.
function snapshot(map) {
  const { a, e, f } = map.transform.baseVal.consolidate().matrix;
  const put = ([x, y]) => [a * x + e, a * y + f];
  const taken = (selector, read) =>
    new Map([...map.querySelectorAll(selector)].map((node) => [key(node), read(node)]));
  return {
    nodes: taken(".cx-node", (node) => put(middle(node))),
    lines: taken(".cx-move", (move) => along(move.querySelector(".cx-line")).map(put)),
    back: ([x, y]) => [(x - e) / a, (y - f) / a],
  };
}

const between = (from, to, part) => from.map((value, i) => value + (to[i] - value) * part);
const eased = (part) => 1 - (1 - part) ** 3;

function steps(map, before, now) {
  const nodes = [...map.querySelectorAll(".cx-node")].map((node) => {
    const [from, to] = [before.nodes.get(key(node)), now.nodes.get(key(node))];
    return { node, from: from && now.back(from), to: now.back(to) };
  });
  const moves = [...map.querySelectorAll(".cx-move")].map((move) => {
    const line = move.querySelector(".cx-line");
    const from = before.lines.get(key(move));
    return { move, line, d: line.getAttribute("d"), from: from?.map(now.back), to: now.lines.get(key(move)).map(now.back) };
  });
  return { nodes, moves };
}

function draw({ nodes, moves }, part) {
  for (const { node, from, to } of nodes) {
    if (from) node.setAttribute("transform", `translate(${between(from, to, part).map((at, i) => at - to[i]).join()})`);
    else node.style.opacity = part;
  }
  for (const { move, line, from, to } of moves) {
    if (from) line.setAttribute("d", `M${to.map((point, i) => between(from[i], point, part).join()).join("L")}`);
    else move.style.opacity = part;
  }
}

function settle({ nodes, moves }) {
  for (const { node } of nodes) {
    node.style.opacity = "";
    node.removeAttribute("transform");
  }
  for (const { move, line, d } of moves) {
    move.style.opacity = "";
    line.setAttribute("d", d);
  }
}

// `view.now` is where everything was when it was last drawn. The same picture drawn again goes on where it was.
export function travelling(map, view, isNew, signal) {
  if (isNew) Object.assign(view, { before: view.now, began: undefined });
  view.now = snapshot(map);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (!view.before || still || (view.began && performance.now() - view.began > LASTS)) return;
  const all = steps(map, view.before, view.now);
  map.classList.add("cxw-moving");
  const frame = (time) => {
    view.began ??= time;
    const part = Math.min(1, Math.max(0, (time - view.began) / LASTS));
    if (signal.aborted) return;
    if (part < 1) {
      draw(all, eased(part));
      requestAnimationFrame(frame);
      return;
    }
    settle(all);
    map.classList.remove("cxw-moving");
  };
  draw(all, 0);
  requestAnimationFrame(frame);
}
