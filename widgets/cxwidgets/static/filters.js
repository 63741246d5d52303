// The filter bar: every clause with its cost, undo and redo, and a form that writes one more.
const KINDS = {
  contains: { words: "visits", fields: [["activity", "activity"]] },
  starts_with: { words: "starts with", fields: [["activity", "activity"]] },
  ends_with: { words: "ends so far with", fields: [["activity", "activity"]] },
  follows: { words: "visits two in order", fields: [["first", "activity"], ["then", "activity"], ["within", "duration"]] },
  during: { words: "lies in a period", fields: [["start", "period"], ["end", "period"]] },
  lasts: { words: "lasts", fields: [["at_least", "duration"], ["at_most", "duration"]] },
  length: { words: "has a number of events", fields: [["at_least", "count"], ["at_most", "count"]] },
  variant_rank: { words: "is a variant of rank", fields: [["at_least", "count"], ["at_most", "count"]] },
  attribute: { words: "has an attribute", fields: [["name", "attribute"], ["value", "value"]] },
};
const HINTS = { duration: "such as 36h or 2d", period: "such as 2026-06", count: "such as 3", value: "value; empty: missing" };
const SAYS = { at_least: "at least", at_most: "at most", then: "then", first: "first", within: "within", start: "from", end: "to" };

function field([name, kind], facts) {
  const label = SAYS[name] ?? make("span", { className: "cxw-unseen", textContent: name });
  const options = kind === "activity" ? facts.activities : kind === "attribute" ? Object.keys(facts.attributes) : null;
  const input = options
    ? make("select", {}, ...options.map((text) => make("option", { value: text, textContent: text })))
    : make("input", { type: "text", placeholder: HINTS[kind] ?? "", size: 18 });
  input.name = name;
  return make("label", {}, label, " ", input);
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

// The clause as the form can show it: kind, words by field, turned round or not; null if it is more than one condition.
function editable({ filter }) {
  const not = filter.filter === "none_of";
  const { filter: kind, ...said } = not ? filter.of[0] : filter;
  if (kind === "attribute" && !(said.missing || said.values?.length === 1)) return null;
  const words = kind === "attribute" ? { name: said.name, value: said.missing ? "" : String(said.values[0]) } : said;
  const known = KINDS[kind]?.fields.map(([name]) => name) ?? [];
  return Object.keys(words).every((name) => known.includes(name)) ? { kind, words, not } : null;
}

function chip(clause, ask, edit) {
  const button = (text, label, act) => make("button", { type: "button", textContent: text, ariaLabel: label, title: label, onclick: act });
  const [journeys, customers] = [clause.journeys, clause.customers].map((count) => count.toLocaleString("en"));
  const lost = clause.journeys ? `−${journeys} journeys, −${customers} customers` : "takes nothing away";
  const form = editable(clause);
  return make(
    "li",
    { className: "cxw-chip" },
    make("span", { textContent: clause.words }),
    make("small", { textContent: lost }),
    ...(form ? [button("Edit", `Edit: ${clause.words}`, () => edit(clause.owner, form))] : []),
    button("Turn round", `Turn round: ${clause.words}`, () => ask("negate", { owner: clause.owner })),
    button("×", `Remove: ${clause.words}`, () => ask("remove", { owner: clause.owner })),
  );
}

// The form that writes a clause: a new one, or another one in the place of the `edited` owner's.
function writing(facts, ask) {
  let edited = null;
  const kinds = Object.entries(KINDS).filter(([name]) => name !== "attribute" || Object.keys(facts.attributes).length);
  const select = make("select", { name: "kind", ariaLabel: "What a journey does" }, ...kinds.map(([name, { words }]) => make("option", { value: name, textContent: words })));
  const not = make("input", { type: "checkbox", name: "not" });
  const fields = make("span", { className: "cxw-fields" });
  const send = make("button", { type: "submit" });
  const leave = make("button", { type: "button", textContent: "Leave as it is" });
  const element = make("form", { className: "cxw-form" }, make("span", { textContent: "A journey that" }), make("label", {}, not, " not"), select, fields, send, leave);
  const refill = () => fields.replaceChildren(...KINDS[select.value].fields.map((entry) => field(entry, facts)));
  const mode = (owner) => {
    edited = owner;
    send.textContent = owner === null ? "Keep these" : "Change";
    leave.hidden = owner === null;
  };
  select.onchange = refill;
  leave.onclick = () => mode(null);
  element.onsubmit = (event) => {
    event.preventDefault();
    const filter = written(select.value, element, facts);
    if (edited === null) ask("add", { filter });
    else ask("replace", { owner: edited, filter });
    mode(null);
  };
  const edit = (owner, { kind, words, not: turned }) => {
    select.value = kind;
    refill();
    for (const [name, value] of Object.entries(words)) element.elements.namedItem(name).value = value ?? "";
    not.checked = turned;
    mode(owner);
    select.focus();
  };
  refill();
  mode(null);
  return { element, edit };
}

function copying(code) {
  const copy = make("button", { type: "button", textContent: "Copy code", title: "The Python that repeats these choices" });
  const say = (text) => {
    copy.textContent = text;
    setTimeout(() => (copy.textContent = "Copy code"), 2000);
  };
  copy.onclick = () => (navigator.clipboard?.writeText(code) ?? Promise.reject()).then(() => say("Copied"), () => say("Not allowed here"));
  return copy;
}

function render({ model, el }) {
  let form = null;
  return panel(model, el, ({ body, tools, ask, model }) => {
    const facts = model.get("facts");
    const button = (text, action, disabled) =>
      make("button", { type: "button", textContent: text, disabled, onclick: () => ask(action) });
    form ??= writing(facts, ask);
    tools.replaceChildren(
      make("strong", { textContent: facts.n }),
      button("Undo", "undo", !facts.can_undo),
      button("Redo", "redo", !facts.can_redo),
      button("Clear", "clear", !facts.clauses.length),
      copying(facts.code),
    );
    const chips = facts.clauses.map((clause) => chip(clause, ask, form.edit));
    body.replaceChildren(make("ul", { className: "cxw-chips" }, ...chips), form.element);
  });
}
export default { render };
