// A table of journeys, page by page, and the events of one of them; `more` stands ahead of its buttons.
function listing({ body, tools, ask, model }, ...more) {
  const { page, pages, journey } = model.get("facts");
  const button = (text, act, disabled = false) =>
    make("button", { type: "button", textContent: text, onclick: act, disabled });
  if (journey !== null) {
    const back = button("Back to the journeys", () => ask("close"));
    back.dataset.place = journey;
    tools.replaceChildren(back, make("strong", { textContent: journey }));
    return;
  }
  tools.replaceChildren(
    ...more,
    button("Previous", () => ask("turn", { page: page - 1 }), page <= 1),
    make("span", { textContent: `page ${page.toLocaleString("en")} of ${pages.toLocaleString("en")}` }),
    button("Next", () => ask("turn", { page: page + 1 }), page >= pages),
  );
  for (const row of body.querySelectorAll("tbody tr")) {
    const cell = row.cells[0];
    const open = make("button", { type: "button", className: "cxw-link", textContent: cell.textContent });
    open.dataset.place = cell.textContent;
    open.onclick = () => ask("open", { journey: open.textContent });
    cell.replaceChildren(open);
  }
}
