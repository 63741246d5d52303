export default { render: (given) => charted(given) };
