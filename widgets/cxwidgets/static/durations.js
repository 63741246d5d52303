// The durations: each bar can be chosen; with Shift the range grows to it.
function render({ model, el }) {
  return panel(model, el, (context) => {
    const bins = model.get("facts").bins ?? [];
    const bars = context.body.querySelectorAll(".mark-rect path");
    bars.forEach((bar, place) => {
      if (bins[place]) bar.dataset.key = bins[place];
    });
    choosing(context, (node, besides) => context.ask("choose", { key: node.dataset.key, besides }));
  });
}
export default { render };
