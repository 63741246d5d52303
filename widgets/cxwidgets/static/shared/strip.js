// A strip of bars over which a drag keeps a range; with the keys, Enter keeps the bar or, with Shift, all up to it.
import { button, make } from "./make.js";

// Each bar has its label, how tall it is beside the others, and whether all that it counts was seen. `keep` is called
// with the places of the first and the last bar.
export function strip(bars, keep) {
  const most = Math.max(...bars.map(({ tall }) => tall), 1);
  let from = null;
  const send = (a, b) => keep(Math.min(a, b), Math.max(a, b));
  const drawn = bars.map(({ label, tall, whole = true }, place) => {
    const bar = button("", () => {}, { className: whole ? "cxw-bin" : "cxw-bin cxw-part", ariaLabel: label, title: label });
    bar.style.setProperty("--part", tall / most);
    bar.addEventListener("pointerdown", () => (from = place));
    bar.addEventListener("pointerup", () => from !== null && send(from, place));
    bar.addEventListener("pointerenter", (event) => event.buttons && mark(from ?? place, place));
    bar.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      send(event.shiftKey ? (from ?? place) : place, place);
      from = place;
      event.preventDefault();
    });
    return bar;
  });
  const mark = (a, b) => {
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    drawn.forEach((bar, place) => bar.classList.toggle("cxw-in", place >= low && place <= high));
  };
  return { mark, node: make("div", { className: "cxw-bins", role: "group", ariaLabel: "Drag to keep a range" }, ...drawn) };
}
