// Two sides: what is compared is picked from lists, turned round with a button; a sentence opens its journeys.
import { choosing, switches } from "../shared/choose.js";
import { button } from "../shared/make.js";
import { panel } from "../shared/panel.js";
import { roving } from "../shared/roving.js";

function connect(context) {
  const { ask, model, tools } = context;
  const { switches: offered = [], swap } = model.get("facts");
  const lists = switches(context);
  const turn = button("⇄", () => ask("swap"), { ariaLabel: "Turn the sides round", title: "Turn the sides round" });
  const place = offered.findIndex(([name]) => name === "right");
  if (swap && place > 0) lists.splice(place, 0, turn);
  tools.replaceChildren(...lists);
  choosing(context);
  roving(context);
}

export default { render: (given) => panel(given, connect) };
