// A table of journeys, page by page, that can be searched and sorted, and the events of one of them.
import { button, make, number } from "./make.js";
import { panel } from "./panel.js";

const SIGNS = { true: " \u25BE", false: " \u25B4" };
const PAUSE = 300; // milliseconds without a key until a search begins

const fields = new WeakMap(); // of each panel the field that is typed in, which outlives the redraws

function field(tools) {
  if (!fields.has(tools)) fields.set(tools, make("input", { type: "search", placeholder: "journey or customer" }));
  const input = fields.get(tools);
  input.ariaLabel = "Search for a journey or customer";
  return input;
}

function searching({ ask, model, tools, signal }) {
  const input = field(tools);
  if (input !== document.activeElement) input.value = model.get("facts").search;
  let due = 0;
  const search = () => ask("search", { text: input.value });
  const later = () => {
    clearTimeout(due);
    due = setTimeout(search, PAUSE);
  };
  input.addEventListener("input", later, { signal });
  return input;
}

// Every head of a column is a button that sorts by it, the other way round when it is asked again.
function sortable(body, { columns, order, falling }, ask) {
  const heads = [...body.querySelectorAll("thead th")];
  for (const [place, head] of heads.entries()) {
    const column = columns[place];
    const sorted = column === order;
    const word = head.textContent + (sorted ? SIGNS[falling] : "");
    const sort = button(word, () => ask("order", { column }), { className: "cxw-head" });
    sort.dataset.place = `order ${column}`;
    sort.setAttribute("aria-pressed", String(sorted));
    head.ariaSort = sorted ? (falling ? "descending" : "ascending") : "none";
    head.replaceChildren(sort);
  }
}

// `more` stands ahead of the buttons of the table.
export function listing(context, ...more) {
  const { ask, body, model, tools } = context;
  const facts = model.get("facts");
  const { page, pages, journey, opened } = facts;
  if (page === undefined) return;
  if (journey !== null) {
    const back = button("Back to the journeys", () => ask("close"));
    back.dataset.place = journey;
    tools.replaceChildren(back, make("strong", { textContent: journey }));
    return;
  }
  tools.replaceChildren(
    ...more,
    searching(context),
    button("Previous", () => ask("turn", { page: page - 1 }), { disabled: page <= 1 }),
    make("span", { textContent: `page ${number(page)} of ${number(pages)}` }),
    button("Next", () => ask("turn", { page: page + 1 }), { disabled: page >= pages }),
  );
  sortable(body, facts, ask);
  for (const row of body.querySelectorAll("tbody tr")) {
    const [first] = row.cells;
    const name = first.textContent;
    const open = button(name, () => ask("open", { journey: name }), { className: "cxw-link" });
    open.dataset.place = name;
    first.replaceChildren(open);
    row.classList.toggle("cxw-open", name === opened);
  }
}

export default { render: (given) => panel(given, (context) => listing(context)) };
