// A table of journeys, page by page, and the events of one of them.
import { button, make, number } from "./make.js";
import { panel } from "./panel.js";

// `more` stands ahead of the buttons of the table.
export function listing({ ask, body, model, tools }, ...more) {
  const { page, pages, journey } = model.get("facts");
  if (page === undefined) return;
  if (journey !== null) {
    const back = button("Back to the journeys", () => ask("close"));
    back.dataset.place = journey;
    tools.replaceChildren(back, make("strong", { textContent: journey }));
    return;
  }
  tools.replaceChildren(
    ...more,
    button("Previous", () => ask("turn", { page: page - 1 }), { disabled: page <= 1 }),
    make("span", { textContent: `page ${number(page)} of ${number(pages)}` }),
    button("Next", () => ask("turn", { page: page + 1 }), { disabled: page >= pages }),
  );
  for (const { cells } of body.querySelectorAll("tbody tr")) {
    const name = cells[0].textContent;
    const open = button(name, () => ask("open", { journey: name }), { className: "cxw-link" });
    open.dataset.place = name;
    cells[0].replaceChildren(open);
  }
}

export default { render: (given) => panel(given, (context) => listing(context)) };
