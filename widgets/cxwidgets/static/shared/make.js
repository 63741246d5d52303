// What pages are made of. Every text is only ever text, and what a listener returns stops nothing.
export function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node[name] = value;
  }
  node.append(...children);
  return node;
}

export const button = (textContent, onclick, more = {}) =>
  make("button", { type: "button", textContent, onclick, ...more });

export function shape(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export const number = (value) => value.toLocaleString("en");

// Reacts to what Python changes, trait by trait, until the signal ends it.
export function watch(model, reactions, signal) {
  for (const [trait, react] of Object.entries(reactions)) model.on(`change:${trait}`, react);
  signal.addEventListener("abort", () => {
    for (const [trait, react] of Object.entries(reactions)) model.off(`change:${trait}`, react);
  });
}
