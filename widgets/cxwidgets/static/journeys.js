// The table of journeys, page by page, and the events of one of them.
function render({ model, el }) {
  return panel(model, el, ({ body, tools, ask, model }) => {
    const { page, pages, journey } = model.get("facts");
    const button = (text, act, disabled = false) =>
      make("button", { type: "button", textContent: text, onclick: act, disabled });
    if (journey !== null) {
      tools.replaceChildren(button("Back to the journeys", () => ask("close")), make("strong", { textContent: journey }));
      return;
    }
    tools.replaceChildren(
      button("Previous", () => ask("turn", { page: page - 1 }), page <= 1),
      make("span", { textContent: `page ${page.toLocaleString("en")} of ${pages.toLocaleString("en")}` }),
      button("Next", () => ask("turn", { page: page + 1 }), page >= pages),
    );
    for (const row of body.querySelectorAll("tbody tr")) {
      const cell = row.cells[0];
      const open = make("button", { type: "button", className: "cxw-link", textContent: cell.textContent });
      open.onclick = () => ask("open", { journey: open.textContent });
      cell.replaceChildren(open);
    }
  });
}
export default { render };
