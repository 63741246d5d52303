// Periods on a line of time: bars to choose from, and switches of what they show, for how long each stands, and by what.
import { POINTER, brushing } from "../shared/brush.js";
import { charted } from "../shared/chart.js";
import { breakdown } from "../shared/choose.js";
import { make } from "../shared/make.js";

// One switch: Python hears its name with what was chosen.
export function switching({ ask }, [name, label, chosen, options]) {
  const option = ([value, textContent]) => make("option", { value, textContent, selected: value === chosen });
  const select = make("select", { ariaLabel: label, onchange: () => ask(name, { to: select.value }) }, ...options.map(option));
  return select;
}

function render(given) {
  return charted(given, (context) => {
    const { model, tools } = context;
    const { switches = [] } = model.get("facts");
    tools.replaceChildren(...switches.map((way) => switching(context, way)), ...breakdown(context));
    if (brushing(context)) tools.append(make("small", { className: "cxw-hint", textContent: POINTER }));
  });
}
export default { render };
