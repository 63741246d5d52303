// The selection: how many journeys it keeps, every clause with its cost, undo and redo, and the facets.
import { button, make, number } from "../shared/make.js";
import { copying } from "../shared/copy.js";
import { panel } from "../shared/panel.js";
import { faceted } from "./facets.js";

const DAY = /\d{4}-\d\d-\d\d/gu;
const COST = "What this choice takes away: if it were the only one, and of what the other choices keep";

// Days as the user's country writes them.
const localised = (words) => words.replaceAll(DAY, (day) => new Date(`${day}T12:00`).toLocaleDateString());

function cost({ alone, beside }, only) {
  const less = (count) => `−${number(count)}`;
  const words = only ? `${less(beside)} journeys` : `alone ${less(alone)} · beside the others ${less(beside)}`;
  return make("small", { textContent: words, title: COST });
}

function chip(clause, only, ask, edit) {
  const { owner, words, facet, joined } = clause;
  const named = clause.filter.filter === "during" ? localised(words) : words;
  const act = (text, does, react) => {
    const label = `${does}: ${named}`;
    return button(text, react, { ariaLabel: label, title: label });
  };
  const other = joined === "or" ? "Keep only journeys of all of these" : "Keep journeys of any of these";
  return make(
    "li",
    { className: "cxw-chip" },
    make("span", { textContent: named, title: named }),
    cost(clause, only),
    ...(joined ? [act(joined, other, () => ask("flip", { owner }))] : []),
    ...(facet ? [act("✎", "Edit", (event) => edit(facet, owner, event.target))] : []),
    act("≠", "Turn round", () => ask("negate", { owner })),
    act("×", "Remove", () => ask("remove", { owner })),
  );
}

// Between two clauses of one matter stands the word that joins them.
function joint(before, clause, ask) {
  if (!before || !clause.matter || before.matter !== clause.matter) return [];
  const join = () => ask("join", { owner: before.owner, other: clause.owner });
  const label = `Keep journeys of either: ${before.words}, ${clause.words}`;
  return [make("li", { className: "cxw-joint" }, button("and", join, { ariaLabel: label, title: label }))];
}

function render(given) {
  let facets = null;
  return panel(given, ({ body, tools, ask, model }) => {
    const facts = model.get("facts");
    const { clauses } = facts;
    const act = (text, action, disabled) => button(text, () => ask(action), { disabled, className: `cxw-${action}` });
    facets ??= faceted({ ask, model, home: tools.parentNode });
    const more = button("+ Filter", ({ target }) => facets.open(target), { className: "cxw-more" });
    more.setAttribute("aria-haspopup", "dialog");
    tools.replaceChildren(
      make("strong", { textContent: facts.kept }),
      make("span", { className: "cxw-people", textContent: facts.people }),
      act("Undo", "undo", !facts.can_undo),
      act("Redo", "redo", !facts.can_redo),
      copying(facts.code),
    );
    const only = clauses.length === 1;
    const chips = clauses.flatMap((clause, place) =>
      joint(clauses[place - 1], clause, ask).concat(chip(clause, only, ask, facets.edit)));
    const list = make("ul", { className: "cxw-chips", ariaLabel: "Choices" }, ...chips);
    body.replaceChildren(list, more, act("Clear", "clear", !clauses.length));
    facets.fill(facts);
  });
}

export default { render };
