// The filter bar: every clause with its cost, undo and redo, and a form that writes one more.
import { button, make, number } from "../shared/make.js";
import { panel } from "../shared/panel.js";

const KINDS = {
  contains: { words: "visits", fields: [["activity", "activity"]] },
  starts_with: { words: "starts with", fields: [["activity", "activity"]] },
  ends_with: { words: "ends so far with", fields: [["activity", "activity"]] },
  follows: {
    words: "visits two in order",
    fields: [["first", "activity"], ["then", "activity"], ["within", "duration"]],
  },
  during: { words: "lies in a period", fields: [["start", "period"], ["end", "period"]] },
  lasts: { words: "lasts", fields: [["at_least", "duration"], ["at_most", "duration"]] },
  length: { words: "has a number of events", fields: [["at_least", "count"], ["at_most", "count"]] },
  variant_rank: { words: "is a variant of rank", fields: [["at_least", "count"], ["at_most", "count"]] },
  attribute: { words: "has an attribute", fields: [["name", "attribute"], ["value", "value"]] },
};
const HINTS = {
  duration: "such as 36h or 2d", period: "such as 2026-06", count: "such as 3", value: "value; empty: missing",
};
const SAYS = {
  at_least: "at least", at_most: "at most", then: "then", first: "first", within: "within", start: "from", end: "to",
};

function field([name, kind], facts) {
  const label = SAYS[name] ?? make("span", { className: "cxw-unseen", textContent: name });
  const lists = { activity: facts.activities, attribute: Object.keys(facts.attributes) };
  const input = lists[kind]
    ? make("select", {}, ...lists[kind].map((text) => make("option", { value: text, textContent: text })))
    : make("input", { type: "text", placeholder: HINTS[kind] ?? "", size: 18 });
  input.name = name;
  return make("label", {}, label, " ", input);
}

function typed(text, kind) {
  if (kind === "boolean") return /^(true|yes|1)$/iu.test(text);
  if (kind === "integer" || kind === "number") return Number(text);
  return text;
}

function attributed({ name, value }, facts) {
  const condition = { filter: "attribute", name };
  if (value === "") return { ...condition, missing: true };
  return { ...condition, values: [typed(value, facts.attributes[name])] };
}

function measured(kind, said) {
  const given = KINDS[kind].fields.filter(([name]) => said[name] !== "");
  const words = given.map(([name, type]) => [name, type === "count" ? Number(said[name]) : said[name]]);
  return { filter: kind, ...Object.fromEntries(words) };
}

// The form as a filter's JSON document.
function written(kind, form, facts) {
  const said = Object.fromEntries(new FormData(form));
  const condition = kind === "attribute" ? attributed(said, facts) : measured(kind, said);
  return form.elements.not.checked ? { filter: "none_of", of: [condition] } : condition;
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
  const { owner, words } = clause;
  const act = (text, does, react) => {
    const label = `${does}: ${words}`;
    return button(text, react, { ariaLabel: label, title: label });
  };
  const lost = `−${number(clause.journeys)} journeys, −${number(clause.customers)} customers`;
  const form = editable(clause);
  return make(
    "li",
    { className: "cxw-chip" },
    make("span", { textContent: words }),
    make("small", { textContent: clause.journeys ? lost : "takes nothing away" }),
    ...(form ? [act("Edit", "Edit", () => edit(owner, form))] : []),
    act("Turn round", "Turn round", () => ask("negate", { owner })),
    act("×", "Remove", () => ask("remove", { owner })),
  );
}

// The fields of the form: what a journey does, turned round or not, and what belongs to that.
function fielded(facts) {
  const any = Object.keys(facts.attributes).length > 0;
  const offered = Object.entries(KINDS).filter(([name]) => name !== "attribute" || any);
  const options = offered.map(([value, { words }]) => make("option", { value, textContent: words }));
  const refill = () => fields.replaceChildren(...KINDS[kind.value].fields.map((entry) => field(entry, facts)));
  const says = { name: "kind", ariaLabel: "What a journey does", onchange: refill };
  const kind = make("select", says, ...options);
  const not = make("input", { type: "checkbox", name: "not" });
  const fields = make("span", { className: "cxw-fields" });
  refill();
  return { kind, not, fields, refill };
}

// The form that writes a clause: a new one, or another one in the place of the `edited` owner's.
function writing(facts, ask) {
  let edited = null;
  const { kind, not, fields, refill } = fielded(facts);
  const send = make("button", { type: "submit" });
  const leave = button("Leave as it is", () => mode(null));
  const lead = make("span", { textContent: "A journey that" });
  const turned = make("label", {}, not, " not");
  const onsubmit = (event) => {
    event.preventDefault();
    const filter = written(kind.value, element, facts);
    if (edited === null) ask("add", { filter });
    else ask("replace", { owner: edited, filter });
    mode(null);
  };
  const element = make("form", { className: "cxw-form", onsubmit }, lead, turned, kind, fields, send, leave);
  const mode = (owner) => {
    edited = owner;
    send.textContent = owner === null ? "Keep these" : "Change";
    leave.hidden = owner === null;
  };
  const edit = (owner, clause) => {
    kind.value = clause.kind;
    refill();
    for (const [name, value] of Object.entries(clause.words)) element.elements.namedItem(name).value = value ?? "";
    not.checked = clause.not;
    mode(owner);
    kind.focus();
  };
  mode(null);
  return { element, edit };
}

function copying(code) {
  const more = { title: "The Python that repeats these choices" };
  const copy = button("Copy code", async () => {
    const copied = await navigator.clipboard?.writeText(code).then(() => true, () => false);
    copy.textContent = copied ? "Copied" : "Not allowed here";
    setTimeout(() => (copy.textContent = "Copy code"), 2000);
  }, more);
  return copy;
}

function render(given) {
  let form = null;
  return panel(given, ({ body, tools, ask, model }) => {
    const facts = model.get("facts");
    const act = (text, action, disabled) => button(text, () => ask(action), { disabled });
    form ??= writing(facts, ask);
    tools.replaceChildren(
      make("strong", { textContent: facts.n }),
      act("Undo", "undo", !facts.can_undo),
      act("Redo", "redo", !facts.can_redo),
      act("Clear", "clear", !facts.clauses.length),
      copying(facts.code),
    );
    const chips = facts.clauses.map((clause) => chip(clause, ask, form.edit));
    body.replaceChildren(make("ul", { className: "cxw-chips" }, ...chips), form.element);
  });
}

export default { render };
