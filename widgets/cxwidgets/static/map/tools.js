// The tools of the map: which figure, how many activities and moves, what is to stay, and how close.
import { button, make, number } from "../shared/make.js";

const PATIENCE = 220;

function choice(label, options, value, choose) {
  const option = ([name, text]) => make("option", { value: name, textContent: text, selected: name === value });
  const select = make("select", { ariaLabel: label, onchange: () => choose(select.value) }, ...options.map(option));
  return select;
}

// A slider over so many things; what it asks for is asked when it rests.
function slider(word, rest) {
  const input = make("input", { type: "range", min: 0, step: 1, ariaLabel: word });
  const output = make("output");
  const said = (value, all) => `${number(Number(value))} of ${number(all)}`;
  input.addEventListener("input", () => {
    output.textContent = said(input.value, input.max);
    rest();
  });
  const set = (value, all) => {
    if (document.activeElement === input && input.matches(":active")) return;
    input.max = all;
    input.value = value;
    output.textContent = said(value, all);
    input.setAttribute("aria-valuetext", `${output.textContent} ${word.toLowerCase()}`);
  };
  return { node: make("label", { className: "cxw-slider" }, `${word} `, input, output), input, set };
}

// A box for the name of an activity that is to be shown, and those that are.
function asking(ask, names) {
  const id = `cxw-${crypto.randomUUID()}`;
  const list = make("datalist", { id });
  const input = make("input", { type: "search", placeholder: "Show activity …", ariaLabel: "Show activity" });
  input.setAttribute("list", id);
  const chosen = make("span", { className: "cxw-staying" });
  let [known, stay] = [names, []];
  const added = () => {
    const name = known.find((other) => other.toLowerCase() === input.value.trim().toLowerCase());
    if (name && !stay.includes(name)) ask({ stay: [...stay, name] });
    if (name) input.value = "";
  };
  input.addEventListener("change", added);
  const set = (all, kept) => {
    [known, stay] = [all, kept];
    list.replaceChildren(...known.map((name) => make("option", { value: name })));
    const drop = (name) => () => ask({ stay: stay.filter((other) => other !== name) });
    chosen.replaceChildren(...stay.map((name) => button(`${name} ×`, drop(name), { ariaLabel: `No longer show ${name}` })));
  };
  set(names, []);
  return { nodes: [input, list, chosen], set };
}

// Builds the tools once; `update` brings them up to date with what Python has drawn.
export function equipped({ ask, body, tools, model }, view) {
  const look = (words) => ask("look", words);
  let waiting;
  const rested = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const share = ({ input }) => (Number(input.max) ? Number(input.value) / Number(input.max) : 1);
      look({ activities: share(activities), moves: share(moves) });
    }, PATIENCE);
  };
  const [activities, moves] = [slider("Activities", rested), slider("Moves", rested)];
  const usual = button("Usual", () => look({ activities: null, moves: null }), { title: "As much as can be read" });
  const search = asking(look, []);
  const ghosts = make("input", { type: "checkbox", onchange: () => look({ ghosts: ghosts.checked }) });
  const left = make("label", { className: "cxw-left", title: "Keep what the last click took away, pale" }, ghosts, "Show what left");
  const act = (name) => () => view.handles?.[name]();
  const zoom = [["−", "Zoom out", "farther"], ["+", "Zoom in", "closer"], ["Fit", "Show all of the map", "reset"]].map(
    ([text, label, name]) => button(text, act(name), { ariaLabel: label, title: label }));
  const head = make("strong", { className: "cxw-map-title" });
  const note = make("small", { className: "cxw-map-note cxw-hint" });
  const chosen = make("span", { className: "cxw-map-choices" });
  const corners = [
    make("div", { className: "cxw-corner" }, ...search.nodes),
    make("div", { className: "cxw-corner" }, left, ...zoom),
  ];
  tools.append(head, chosen, activities.node, moves.node, usual, note);
  const update = (shown) => {
    const { shows, show, levels, level, auto, stay, names, ghosts: pale, title, note: said } = model.get("facts");
    for (const node of [activities.node, moves.node, usual]) node.hidden = !shown;
    body.append(...(shown ? corners : []));
    [head.textContent, note.textContent, note.hidden] = [title ?? "", said ?? "", !said];
    chosen.replaceChildren(
      choice("Figure at the lines", shows ?? [], show, (name) => look({ show: name })),
      ...(levels?.length > 1 ? [choice("Level", levels, level, (name) => look({ level: name }))] : []),
    );
    search.set(names ?? [], stay ?? []);
    ghosts.checked = Boolean(pale);
    usual.disabled = Boolean(auto);
    if (!shown) return;
    activities.set(Number(shown.activities), Number(shown.of));
    moves.set(Number(shown.moves), Number(shown.within));
  };
  return { update };
}
