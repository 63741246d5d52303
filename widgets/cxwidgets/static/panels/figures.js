// The key figures of the selection, each with its change against the whole log.
import { make } from "../shared/make.js";
import { panel } from "../shared/panel.js";

function figured({ words, value, whole, change }, all) {
  const name = make("dt", { textContent: words });
  const figure = make("dd", {}, make("strong", { textContent: value }));
  if (!all) figure.append(make("small", { textContent: `${change} · all ${whole}`, title: `The whole log: ${whole}` }));
  return make("div", { className: "cxw-figure" }, name, figure);
}

function render(given) {
  return panel(given, ({ body, model }) => {
    const { figures, whole } = model.get("facts");
    body.replaceChildren(make("dl", { className: "cxw-figures" }, ...figures.map((figure) => figured(figure, whole))));
  });
}

export default { render };
