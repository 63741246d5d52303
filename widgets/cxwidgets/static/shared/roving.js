// A picture is one stop of the Tab key: the arrows go from mark to mark inside it, and Escape leaves it.
const STEPS = {
  ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity,
};

export function roving({ body, model, signal }) {
  const marks = [...body.querySelectorAll("[data-key]")];
  const chosen = model.get("marks");
  const first = marks.find((mark) => chosen.includes(mark.dataset.key)) ?? marks[0];
  const reach = (reached) => {
    for (const mark of marks) mark.setAttribute("tabindex", mark === reached ? "0" : "-1");
  };
  const typed = (event) => {
    const place = marks.indexOf(event.target);
    if (place < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") event.target.blur();
    else if (event.key in STEPS) marks[Math.min(marks.length - 1, Math.max(0, place + STEPS[event.key]))].focus();
    else return;
    event.preventDefault();
  };
  const reached = ({ target }) => marks.includes(target) && reach(target);
  reach(first);
  body.addEventListener("keydown", typed, { signal });
  body.addEventListener("focusin", reached, { signal });
}
