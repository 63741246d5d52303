export default { render: ({ model, el }) => panel(model, el) };
