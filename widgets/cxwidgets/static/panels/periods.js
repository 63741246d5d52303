// Periods on a line of time: bars to choose from, and switches of what they show, for how long each stands, and by what.
import { POINTER, brushing } from "../shared/brush.js";
import { charted } from "../shared/chart.js";
import { breakdown, switches } from "../shared/choose.js";
import { make } from "../shared/make.js";

function render(given) {
  return charted(given, (context) => {
    const { tools } = context;
    tools.replaceChildren(...switches(context), ...breakdown(context));
    if (brushing(context)) tools.append(make("small", { className: "cxw-hint", textContent: POINTER }));
  });
}
export default { render };
