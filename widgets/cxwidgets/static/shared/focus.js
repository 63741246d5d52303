// Where the focus goes when the control that had it is drawn anew, hidden or disabled.
const CONTROLS = "[data-key], button:not(:disabled), select, input, a[href]";
const name = ({ dataset, ariaLabel, textContent }) => dataset.key ?? dataset.place ?? (ariaLabel || textContent);

// Remembers which control has the focus, to give it back after a redraw: to the same one, to the one of the same name
// (or `data-place`, for controls that lead to each other), or to the one that stands where it stood.
export function focusing(root) {
  const held = document.activeElement;
  if (!root.contains(held)) return () => {};
  const controls = () => [...root.querySelectorAll(CONTROLS)];
  const place = controls().indexOf(held);
  const said = name(held);
  return () => {
    const now = controls();
    const next = [held, now.find((node) => name(node) === said), now[Math.min(Math.max(place, 0), now.length - 1)]];
    next.find((node) => node && root.contains(node))?.focus({ preventScroll: true });
  };
}

// From a control that is hidden or disabled to the first of these that can have the focus.
export function handOn(held, ...others) {
  const able = (node) => node?.checkVisibility() && !node.disabled;
  if (!able(held)) others.find(able)?.focus({ preventScroll: true });
}
