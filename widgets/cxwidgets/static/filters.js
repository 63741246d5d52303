// The filter bar: every clause with its cost, undo and redo, and a form that writes one more.
const KINDS = {
  contains: { words: "visits", fields: [["activity", "activity"]] },
  starts_with: { words: "starts with", fields: [["activity", "activity"]] },
  ends_with: { words: "ends so far with", fields: [["activity", "activity"]] },
  follows: { words: "has one after another", fields: [["first", "activity"], ["then", "activity"], ["within", "duration"]] },
  during: { words: "lies in a period", fields: [["start", "period"], ["end", "period"]] },
  lasts: { words: "lasts", fields: [["at_least", "duration"], ["at_most", "duration"]] },
  length: { words: "has a number of events", fields: [["at_least", "count"], ["at_most", "count"]] },
  attribute: { words: "has an attribute", fields: [["name", "attribute"], ["value", "value"]] },
};
const HINTS = { duration: "such as 36h or 2d", period: "such as 2026-06", count: "such as 3", value: "value; empty: missing" };
const SAYS = { at_least: "at least", at_most: "at most", then: "then", first: "first", within: "within", start: "from", end: "to" };

function field([name, kind], facts) {
  const label = SAYS[name] ?? name;
  const options = kind === "activity" ? facts.activities : kind === "attribute" ? Object.keys(facts.attributes) : null;
  const input = options
    ? make("select", {}, ...options.map((text) => make("option", { value: text, textContent: text })))
    : make("input", { type: "text", placeholder: HINTS[kind] ?? "", size: 18 });
  input.name = name;
  return make("label", {}, `${label} `, input);
}

function value(text, kind) {
  if (kind === "boolean") return /^(true|yes|1)$/i.test(text);
  if (kind === "integer" || kind === "number") return Number(text);
  return text;
}

function written(kind, form, facts) {
  const said = Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "kind" && name !== "not"));
  const document_ = { filter: kind };
  if (kind === "attribute") {
    document_.name = said.name;
    if (said.value === "") document_.missing = true;
    else document_.values = [value(said.value, facts.attributes[said.name])];
  } else {
    for (const [name, type] of KINDS[kind].fields) {
      if (said[name] !== "") document_[name] = type === "count" ? Number(said[name]) : said[name];
    }
  }
  return form.elements.not.checked ? { filter: "none_of", of: [document_] } : document_;
}

function chip(clause, ask) {
  const button = (text, label, act) => make("button", { type: "button", textContent: text, ariaLabel: label, title: label, onclick: act });
  const lost = `−${clause.journeys.toLocaleString("en")} journeys, −${clause.customers.toLocaleString("en")} customers`;
  return make(
    "li",
    { className: "cxw-chip" },
    make("span", { textContent: clause.words }),
    make("small", { textContent: lost }),
    button("not", `Turn round: ${clause.words}`, () => ask("negate", { owner: clause.owner })),
    button("×", `Remove: ${clause.words}`, () => ask("remove", { owner: clause.owner })),
  );
}

function adding(facts, ask) {
  const kinds = Object.entries(KINDS).filter(([name]) => name !== "attribute" || Object.keys(facts.attributes).length);
  const select = make("select", { name: "kind" }, ...kinds.map(([name, { words }]) => make("option", { value: name, textContent: words })));
  const not = make("input", { type: "checkbox", name: "not" });
  const fields = make("span", { className: "cxw-fields" });
  const form = make("form", { className: "cxw-form" }, make("label", {}, "A journey that ", select), fields, make("label", {}, not, " not"));
  form.append(make("button", { type: "submit", textContent: "Keep these" }));
  const refill = () => fields.replaceChildren(...KINDS[select.value].fields.map((entry) => field(entry, facts)));
  select.onchange = refill;
  form.onsubmit = (event) => {
    event.preventDefault();
    ask("add", { filter: written(select.value, form, facts) });
  };
  refill();
  return form;
}

function render({ model, el }) {
  let form = null;
  return panel(model, el, ({ body, tools, ask, model }) => {
    const facts = model.get("facts");
    const button = (text, action, disabled) =>
      make("button", { type: "button", textContent: text, disabled, onclick: () => ask(action) });
    const copy = make("button", { type: "button", textContent: "Copy code" });
    copy.onclick = () => navigator.clipboard?.writeText(facts.code).then(() => (copy.textContent = "Copied"));
    tools.replaceChildren(
      make("strong", { textContent: facts.n }),
      button("Undo", "undo", !facts.can_undo),
      button("Redo", "redo", !facts.can_redo),
      button("Clear", "clear", !facts.clauses.length),
      copy,
    );
    const chips = make("ul", { className: "cxw-chips" }, ...facts.clauses.map((clause) => chip(clause, ask)));
    form ??= adding(facts, ask);
    body.replaceChildren(chips, form);
  });
}
export default { render };
