// The journeys under all clauses.
export default { render: ({ model, el }) => panel(model, el, (context) => listing(context)) };
