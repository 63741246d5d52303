// The facet of the week: days to tick, a range of hours, and whether a journey begins then or has any step then.
import { chosen, labelled } from "../shared/fields.js";
import { make } from "../shared/make.js";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const HOURS = [...Array.from({ length: 25 }).keys()];
const OF = { starts: "begin then", events: "have a step then" };
const clock = (hour) => `${String(hour).padStart(2, "0")}:00`;

// The hours from one to another; over midnight where the second is the earlier one. All of them are none.
function between(first, last) {
  const spans = first < last ? [[first, last]] : [[0, last], [first, 24]];
  const hours = spans.flatMap(([since, until]) => HOURS.filter((hour) => hour >= since && hour < until));
  return hours.length === 24 ? [] : hours;
}

// Where a stretch of hours begins and ends, as the two fields say it.
function ends(hours = []) {
  if (!hours.length) return [0, 24];
  const first = hours.find((hour) => !hours.includes((hour + 23) % 24)) ?? 0;
  const last = hours.find((hour) => !hours.includes((hour + 1) % 24)) ?? 23;
  return [first, last + 1];
}

export function weekly({ words }, ask) {
  const ticks = DAYS.map((name, place) =>
    make("input", { type: "checkbox", checked: (words.days ?? []).includes(place + 1), ariaLabel: name }));
  const times = HOURS.map((hour) => [String(hour), clock(hour)]);
  const [since, until] = ends(words.hours).map((hour, place) =>
    chosen(place ? times.slice(1) : times.slice(0, 24), String(hour), { ariaLabel: place ? "to" : "from" }));
  const of = chosen(Object.entries(OF), words.filter ? (words.of ?? "events") : "starts", { ariaLabel: "Journeys that" });
  const write = () => {
    const days = ticks.flatMap((tick, place) => (tick.checked ? [place + 1] : []));
    const hours = between(Number(since.value), Number(until.value));
    if (days.length || hours.length) ask("write", { filter: { filter: "in_week", days, hours, of: of.value } });
  };
  const boxes = ticks.map((tick, place) => make("label", {}, tick, " ", DAYS[place]));
  return [make(
    "div",
    { className: "cxw-fields", onchange: write },
    labelled("Journeys that", of),
    make("div", { className: "cxw-days", role: "group", ariaLabel: "Days" }, ...boxes),
    make("div", {}, labelled("from", since), " ", labelled("to", until)),
  )];
}
