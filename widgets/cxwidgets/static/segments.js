// The values of one attribute: each bar can be chosen, and another attribute be asked about.
function render({ model, el }) {
  return panel(model, el, (context) => {
    const { by, attributes = [], keys = [] } = model.get("facts");
    const options = attributes.map((name) => make("option", { value: name, textContent: name, selected: name === by }));
    const select = make("select", {}, ...options);
    select.onchange = () => context.ask("ask", { by: select.value });
    context.tools.replaceChildren(...(options.length ? [make("label", {}, "By ", select)] : []));
    for (const bar of context.body.querySelectorAll(".cx-bar")) bar.dataset.key = keys[bar.dataset.rank];
    choosing(context, (node, besides) => context.ask("choose", { key: node.dataset.key, besides }));
  });
}
export default { render };
