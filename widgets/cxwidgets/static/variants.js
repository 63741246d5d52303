// The variants: each row can be chosen, and the journeys that are chosen can be listed.
function render({ model, el }) {
  return panel(model, el, (context) => {
    const { body, tools, ask } = context;
    const { listing: listed, n = 0 } = model.get("facts");
    const button = (text, action) => make("button", { type: "button", textContent: text, onclick: () => ask(action) });
    if (listed) return listing(context, button("Back to the variants", "leave"));
    const these = n === 1 ? "List this journey" : `List these ${n.toLocaleString("en")} journeys`;
    tools.replaceChildren(...(n ? [button(these, "list")] : []));
    for (const row of body.querySelectorAll(".cx-variant")) row.dataset.key = `variant ${row.dataset.variant}`;
    choosing(context, (node, besides) => ask("choose", { key: node.dataset.key, besides }));
  });
}
export default { render };
