// The facets of steps and their order: what is written there is a filter when "Keep these" is pressed. Names are those
// of the log, which Python looks up again.
import { chosen, labelled, lengthed } from "../shared/fields.js";
import { button, make } from "../shared/make.js";

const PAUSE = 300;
const ORDERS = {
  later: "at any time later", next: "directly next", "never later": "never later", "never next": "never directly next",
};
const REPEATS = {
  visits: "taken", "in a row": "taken in a row", "after others": "come back to after others", "ping-pong": "left and straight back",
};
const MOST_LINES = 7;
const HELP = [
  ["Order -> Pay", "directly next"],
  ["Order ~> Pay ~> Ship", "in this order, whatever lies between"],
  ["[Pay|Ship]  [^Pay|Ship]  .", "one of these, any but these, any"],
  ["Call*  Call+  Call?  Call{2,4}", "how often in a row"],
  ["(Call | Pay -> Ship)", "one way or the other"],
  ["^Order   Ship$", "the first step, the last so far"],
  ["Pay ~> [within 3d] Ship", "a time between; also [after 1h]"],
  ["Call{channel = phone}", "where an attribute has a value"],
];

const named = (activities) => activities.map((name) => [name, name]);
const listed = (names, value, ariaLabel, place = 0) =>
  chosen(named(names), value ?? names[Math.min(place, names.length - 1)], { ariaLabel });
const keeping = (write) => button("Keep these", write, { className: "cxw-primary" });
const form = (...parts) => make("div", { className: "cxw-fields" }, ...parts);
const timed = (words, { parts }) => make("label", {}, words, " ", ...parts);

// Which of two steps comes when after the other.
export function ordered(facet, ask, keep, { activities }) {
  const { words, compared = [] } = facet;
  const [first, then] = ["first", "then"].map((name, place) => listed(activities, words[name], name, place));
  const way = `${words.never ? "never " : ""}${words.directly ? "next" : "later"}`;
  const how = chosen(Object.entries(ORDERS), way, { ariaLabel: "comes" });
  const [least, most] = [lengthed("at least", words.after), lengthed("within", words.within)];
  const values = ["same", "other"].flatMap((kind) =>
    compared.map((name) => [`${kind} ${name}`, `${kind === "same" ? "the same" : "another"} ${name}`]));
  const [same] = Object.entries(words).filter(([name]) => name === "same" || name === "other").map((pair) => pair.join(" "));
  const agent = chosen([["", "any values"], ...values], same ?? "", { ariaLabel: "with" });
  const write = () => {
    const [kind, ...name] = agent.value.split(" ");
    const more = kind ? { [kind]: name.join(" ") } : {};
    const [directly, never] = [how.value.endsWith("next"), how.value.startsWith("never")];
    ask("write", { filter: {
      filter: "follows", first: first.value, then: then.value, directly, never, after: least.read(), within: most.read(), ...more,
    } });
  };
  return [form(
    labelled("after", first), labelled("the step", then), labelled("comes", how),
    timed("at least so long after", least), timed("at most so long after", most),
    ...(values.length ? [labelled("with", agent)] : []), keeping(write),
  )];
}

// How long it takes from one step to another.
export function taking(facet, ask, keep, { activities }) {
  const { words } = facet;
  const [first, then] = ["first", "then"].map((name, place) => listed(activities, words[name], name, place));
  const [least, most] = [["at least", "at_least"], ["at most", "at_most"]].map(([label, name]) => lengthed(label, words[name]));
  const write = () => {
    const filter = { filter: "takes", first: first.value, then: then.value, at_least: least.read(), at_most: most.read() };
    ask("write", { filter });
  };
  return [form(
    labelled("from the first", first), labelled("to the next", then), timed("at least", least), timed("at most", most), keeping(write),
  )];
}

// How long the wait is between two steps, one directly after the other, and when it began.
export function waiting(facet, ask, keep, { activities }) {
  const { words, span = [] } = facet;
  const [first, then] = ["first", "then"].map((name, place) => listed(activities, words[name], name, place));
  const [least, most] = [["at least", "at_least"], ["at most", "at_most"]].map(([label, name]) => lengthed(label, words[name]));
  const day = (name, label) =>
    make("input", { type: "date", value: words[name] ?? "", min: span[0] ?? "", max: span[1] ?? "", ariaLabel: label });
  const [since, until] = [day("start", "begun from"), day("end", "begun to")];
  const write = () => {
    const days = since.value || until.value ? { start: since.value || "..", end: until.value || ".." } : {};
    ask("write", { filter: {
      filter: "waits", first: first.value, then: then.value, at_least: least.read(), at_most: most.read(), ...days,
    } });
  };
  return [form(
    labelled("after", first), labelled("directly before", then), timed("wait at least", least), timed("wait at most", most),
    labelled("begun from", since), labelled("to", until), keeping(write),
  )];
}

// The first and the last step, several of each.
export function ending(facet, ask, keep, { activities }) {
  const several = (name, label) => {
    const there = facet.words[name] ?? [];
    const size = Math.min(MOST_LINES, Math.max(2, activities.length));
    const options = activities.map((value) => make("option", { value, textContent: value, selected: there.includes(value) }));
    return make("select", { multiple: true, size, ariaLabel: label }, ...options);
  };
  const [first, last] = [several("first", "first step"), several("last", "last step so far")];
  const read = (list) => [...list.selectedOptions].map((option) => option.value);
  const write = () => ask("write", { filter: { filter: "endpoints", first: read(first), last: read(last) } });
  const both = make("div", { className: "cxw-both" }, labelled("first step", first), labelled("last step so far", last));
  return [both, form(keeping(write))];
}

// A step that is taken several times.
export function repeated(facet, ask, keep, { activities }) {
  const { words } = facet;
  const activity = listed(activities, words.activity, "step");
  const how = chosen(Object.entries(REPEATS), words.how ?? "visits", { ariaLabel: "how" });
  const field = (name, label, value) => make("input", { type: "number", min: 0, step: 1, value: words[name] ?? value, ariaLabel: label });
  const [least, most] = [field("at_least", "at least", words.activity ? "" : 2), field("at_most", "at most", "")];
  const write = () => {
    const ends = Object.entries({ at_least: least.value, at_most: most.value }).filter(([, value]) => value !== "");
    const numbers = Object.fromEntries(ends.map(([name, value]) => [name, Number(value)]));
    ask("write", { filter: { filter: "repeats", activity: activity.value, how: how.value, ...numbers } });
  };
  const times = [labelled("at least", least), " ", labelled("at most", most), " times"];
  return [form(labelled("step", activity), labelled("is", how), make("div", {}, ...times), keeping(write))];
}

// Steps of an example, to be marked: Python writes the way that they make.
function marking({ examples = [] }, ask) {
  const steps = make("span", { className: "cxw-marking" });
  const show = (place) => {
    const marked = new Set();
    const press = ({ target }, at) => {
      if (!marked.delete(at)) marked.add(at);
      target.ariaPressed = String(marked.has(at));
      ask("mark", { example: place, steps: [...marked].toSorted((a, b) => a - b) });
    };
    const step = (name, at) => button(name, (event) => press(event, at + 1), { ariaPressed: "false", title: name });
    steps.replaceChildren(...examples[place][1].map(step));
  };
  if (!examples.length) return [];
  const ways = examples.map(([title, names], place) => [String(place), `${title}: ${names.slice(0, 4).join(" → ")}${names.length > 4 ? " …" : ""}`]);
  const which = chosen(ways, "0", { ariaLabel: "Example", onchange: ({ target }) => show(Number(target.value)) });
  show(0);
  const head = make("summary", { textContent: "Mark steps of an example" });
  return [make("details", {}, head, which, steps)];
}

// A way in the language of patterns, counted while it is written; an error points at its character.
export function patterned(facet, ask, keep) {
  const text = make("textarea", {
    value: facet.words.text ?? "", rows: 2, spellcheck: false, ariaLabel: "The way", placeholder: "Order ~> Call{2,} -> Cancel",
  });
  const count = make("p", { className: "cxw-count", role: "status" });
  const wrong = make("div", { className: "cxw-wrong", role: "status" });
  const keeps = keeping(() => ask("write", { filter: { filter: "pattern", text: text.value } }));
  keep.told = ({ name, tried }) => {
    if (name !== facet.name) return false;
    const { count: found = "", error = "", text: asked = "" } = tried ?? {};
    if (keep.marked) text.value = asked;
    keep.marked = false;
    if (asked !== text.value.trim()) return true;
    const [message, ...pointer] = error.split("\n");
    count.textContent = found;
    wrong.replaceChildren(...(error ? [message, make("pre", { textContent: pointer.join("\n") })] : []));
    keeps.disabled = !found;
    return true;
  };
  let due = 0;
  text.addEventListener("input", () => {
    clearTimeout(due);
    keeps.disabled = true;
    due = setTimeout(() => ask("try", { text: text.value }), PAUSE);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    if (!keeps.disabled) keeps.click();
  });
  keep.told(facet);
  const lines = HELP.map(([sign, words]) => make("tr", {}, make("td", {}, make("code", { textContent: sign })), make("td", { textContent: words })));
  const help = make("details", {}, make("summary", { textContent: "How ways are written" }), make("table", { className: "cxw-signs" }, ...lines));
  const mark = (action, words) => {
    keep.marked = true;
    ask(action, words);
  };
  return [text, count, wrong, make("div", {}, keeps), ...marking(facet, mark), help];
}
