// The durations: bars to choose from.
import { POINTER, brushing } from "../shared/brush.js";
import { charted } from "../shared/chart.js";
import { make } from "../shared/make.js";

// On which scale the bars are equally wide, where there is a choice.
function scaled({ ask, model }) {
  const { scale, scales } = model.get("facts");
  if (!scale) return [];
  const option = ([value, words]) => make("option", { value, textContent: words, selected: value === scale });
  const rescale = () => ask("rescale", { scale: select.value });
  const select = make("select", { ariaLabel: "Bars", onchange: rescale }, ...Object.entries(scales).map(option));
  return [select];
}

function render(given) {
  return charted(given, (context) => {
    const { tools } = context;
    tools.replaceChildren();
    if (brushing(context)) tools.append(...scaled(context), make("small", { className: "cxw-hint", textContent: POINTER }));
  });
}
export default { render };
