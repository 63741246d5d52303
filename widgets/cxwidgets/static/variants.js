// The variants: each row can be chosen.
function render({ model, el }) {
  return panel(model, el, (context) => {
    for (const row of context.body.querySelectorAll(".cx-variant")) row.dataset.key = `variant ${row.dataset.variant}`;
    choosing(context, (node, besides) => context.ask("choose", { key: node.dataset.key, besides }));
  });
}
export default { render };
