// Ways from step to step: the steps of a funnel are added and taken away; a tree grows from a step on a double click.
import { connect } from "../shared/choose.js";
import { chosen } from "../shared/fields.js";
import { button, make } from "../shared/make.js";
import { panel } from "../shared/panel.js";

const GROWS = "A double click lets the tree grow from that step.";

// The steps in order, each with a way to leave it out, and what may come next.
function chain({ ask, model }) {
  const { steps = [], offered = [], usual } = model.get("facts");
  if (!offered.length) return [];
  const gone = (name, place) => button("×", () => ask("leave_out", { place }), { ariaLabel: `Leave out ${name}` });
  const step = (name, place) =>
    make("span", { className: "cxw-link-of" }, name, ...(steps.length > 1 ? [gone(name, place)] : []));
  const options = [["", "+ Step"], ...offered.map((name) => [name, name])];
  const more = chosen(options, "", { ariaLabel: "One more step", onchange: ({ target }) => target.value && ask("step", { to: target.value }) });
  const back = usual ? [] : [button("Usual steps", () => ask("usual"))];
  const row = make("span", { className: "cxw-chain" });
  for (const [place, name] of steps.entries()) {
    if (place) row.append(make("i", { textContent: "\u2192", ariaHidden: "true" }));
    row.append(step(name, place));
  }
  row.append(more, ...back);
  return [row];
}

function growing({ ask, body, model, signal }) {
  if (!model.get("facts").grows) return;
  const grow = (event) => {
    const mark = event.target.closest?.("[data-key]");
    if (mark) ask("grow", { key: mark.dataset.key });
  };
  body.addEventListener("dblclick", grow, { signal });
}

function meet(context) {
  const { model, tools } = context;
  connect(context);
  growing(context);
  tools.prepend(...chain(context));
  if (model.get("facts").grows) tools.append(make("small", { className: "cxw-hint", textContent: GROWS }));
}

export default { render: (given) => panel(given, meet) };
