// The map by keyboard: one stop for Tab; arrows walk from a box along its moves and from a move to its ends.
const AHEAD = { down: { ArrowDown: 1, ArrowUp: -1 }, across: { ArrowRight: 1, ArrowLeft: -1 } };
const BESIDE = { down: { ArrowRight: 1, ArrowLeft: -1 }, across: { ArrowDown: 1, ArrowUp: -1 } };
const PAN = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };

export const KEYS =
  "Arrows walk along the moves, with Shift they shift the picture. Enter chooses, with Shift one more. Escape leaves. + and - zoom, 0 shows all of it.";

// All that can be chosen, and how to get from one to the next.
function walks(map, across) {
  const marks = [...map.querySelectorAll("[data-key]")];
  const nodes = marks.filter((mark) => mark.dataset.activity);
  const moves = marks.filter((mark) => mark.dataset.source).sort((a, b) => b.dataset.count - a.dataset.count);
  const middle = (node) => {
    const { x, y, width, height } = node.querySelector(".cx-box").getBBox();
    return across ? [y + height / 2, x + width / 2] : [x + width / 2, y + height / 2];
  };
  const node = (code) => nodes.find((known) => known.dataset.activity === code);
  const from = (mark, turn) => {
    const { activity, source, target } = mark.dataset;
    if (activity === undefined) return node(turn > 0 ? target : source);
    return moves.find(({ dataset }) => dataset.source !== dataset.target && dataset[turn > 0 ? "source" : "target"] === activity);
  };
  const next = (mark, turn) => {
    const { activity, source, target } = mark.dataset;
    if (activity === undefined) {
      const siblings = moves.filter(({ dataset }) => dataset.source === source || dataset.target === target);
      return siblings[(siblings.indexOf(mark) + turn + siblings.length) % siblings.length];
    }
    const [x, y] = middle(mark);
    const far = (other) => Math.abs(middle(other)[0] - x) + 3 * Math.abs(middle(other)[1] - y);
    const there = nodes.filter((other) => other !== mark && turn * (middle(other)[0] - x) > 4);
    return there.sort((a, b) => far(a) - far(b))[0];
  };
  return { marks, first: nodes[0] ?? moves[0], from, next };
}

export function walking({ body, root, signal }, view, { by, reset, closer, farther }, leave) {
  const map = body.querySelector(".cx-map");
  const way = map.dataset.across === "1" ? "across" : "down";
  const { marks, first, from, next } = walks(map, way === "across");
  const stop = (mark) => {
    for (const other of marks) other.setAttribute("tabindex", other === mark ? "0" : "-1");
    view.at = mark?.dataset.key;
  };
  stop(marks.find((mark) => mark.dataset.key === view.at) ?? first);
  const keys = { "+": closer, "=": closer, "-": farther, 0: reset, Escape: leave };
  const typed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !map.contains(event.target)) return;
    const mark = event.target.closest("[data-key]");
    if (keys[event.key]) keys[event.key]();
    else if (event.shiftKey && PAN[event.key]) by(...PAN[event.key]);
    else if (!mark || !(event.key in PAN)) return;
    else {
      const to = event.key in AHEAD[way] ? from(mark, AHEAD[way][event.key]) : next(mark, BESIDE[way][event.key]);
      to?.focus({ preventScroll: true });
    }
    event.preventDefault();
  };
  body.addEventListener("keydown", typed, { signal });
  const entered = ({ target }) => {
    const mark = map.contains(target) && target.closest("[data-key]");
    if (mark) stop(mark);
  };
  body.addEventListener("focusin", entered, { signal });
  map.setAttribute("role", "group");
  map.setAttribute("aria-label", KEYS);
  return root;
}

// All but a mark and its neighbours fade while the pointer rests on it, or it has the focus.
export function fading(map, signal) {
  const parts = [...map.querySelectorAll(".cx-node, .cx-move, .cx-label")];
  const near = (mark) => {
    const { activity, source, target } = mark.dataset;
    const moves = parts.filter(({ dataset }) =>
      activity === undefined
        ? dataset.source === source && dataset.target === target
        : dataset.source === activity || dataset.target === activity);
    const codes = new Set([activity, ...moves.flatMap(({ dataset }) => [dataset.source, dataset.target])]);
    return new Set([...moves, ...parts.filter(({ dataset }) => codes.has(dataset.activity))]);
  };
  const fade = (event) => {
    if (event.type === "focusin" && !event.target.matches(":focus-visible")) return;
    const mark = event.target.closest?.(".cx-node, .cx-move");
    map.classList.toggle("cxw-fading", Boolean(mark));
    if (!mark) return;
    const kept = near(mark);
    for (const part of parts) part.classList.toggle("cxw-near", kept.has(part));
  };
  const clear = () => map.classList.remove("cxw-fading");
  map.addEventListener("pointerover", fade, { signal });
  map.addEventListener("pointerleave", clear, { signal });
  const body = map.closest(".cxw-body"); // for a part of a drawing that hears of focus is a stop by itself
  body.addEventListener("focusin", (event) => map.contains(event.target) && fade(event), { signal });
  body.addEventListener("focusout", clear, { signal });
}
