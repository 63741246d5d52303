// The store switch: whose journeys are shown, and which others can be.
import { button, make } from "../shared/make.js";
import { menu } from "../shared/menu.js";
import { panel } from "../shared/panel.js";

function store({ name, facts, fault }, current, choose) {
  const words = make("strong", { textContent: name });
  const more = fault ? [fault] : [facts.Journeys, facts.Events].filter(Boolean);
  const small = more.map((textContent) => make("small", { textContent }));
  if (fault) return make("li", { className: "cxw-store cxw-broken" }, words, ...small);
  const pick = button("", () => choose(name), { className: "cxw-store", disabled: name === current });
  pick.append(words, ...small);
  return make("li", {}, pick);
}

function render(given) {
  let list = null;
  let switching = null;
  return panel(given, ({ body, tools, ask, model }) => {
    const { current, stores, others } = model.get("facts");
    body.hidden = true;
    if (!others) {
      tools.replaceChildren(make("strong", { textContent: current }));
      return;
    }
    if (!switching) {
      switching = menu({ words: current, label: "Other journeys" }, () => ask("look"));
      list = make("ul", { className: "cxw-list" });
      switching.body.append(list);
      tools.replaceChildren(switching.element);
    }
    switching.opener.textContent = current;
    const choose = (name) => {
      switching.close();
      ask("choose", { name });
    };
    list.replaceChildren(...stores.map((entry) => store(entry, current, choose)));
  });
}

export default { render };
