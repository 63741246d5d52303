// One panel: shows what Python drew, tells Python what was done, and never runs anything from the log.
import { doubting } from "./alive.js";
import { exporting } from "./export.js";
import { focusing } from "./focus.js";
import { make, watch } from "./make.js";

const GONE =
  "This picture stands still: what computed it has ended or begun anew. " +
  "In a notebook, run the cell again; in the app, reopen the page.";
const UNSAFE = "script, foreignObject, iframe, object, embed, link, meta, base, form";

function parsed(markup) {
  const page = new DOMParser().parseFromString(`<body>${markup}</body>`, "text/html");
  page.querySelectorAll(UNSAFE).forEach((node) => node.remove());
  for (const node of page.querySelectorAll("*")) {
    for (const { name, value } of [...node.attributes]) {
      if (name.startsWith("on") || /^\s*javascript:/iu.test(value)) node.removeAttribute(name);
    }
  }
  return [...page.body.childNodes].map((node) => document.importNode(node, true));
}

// The parts of a panel. Within a picture, Shift and a drag choose: they do not select or carry off what is written.
function framed(label) {
  const said = make("p", { className: "cxw-said", role: "status" });
  const tools = make("div", { className: "cxw-tools" });
  tools.dataset.title = label;
  const body = make("div", { className: "cxw-body" });
  const root = make("section", { className: "cxw-panel", ariaLabel: label }, tools, said, body);
  const inPicture = (event) => event.target.closest?.("svg");
  body.addEventListener("mousedown", (event) => inPicture(event) && event.shiftKey && event.preventDefault());
  body.addEventListener("dragstart", (event) => inPicture(event) && event.preventDefault());
  return { root, said, tools, body };
}

// A key alone is the panel's; with Ctrl or Cmd it stays the notebook's, such as the one that saves it. The notebook looks
// at keys as they come down to the page, so this has to be settled before: at the window.
function ownKeys(root, signal) {
  const settle = (event) => {
    if (event.ctrlKey || event.metaKey) delete root.dataset.lmSuppressShortcuts;
    else root.dataset.lmSuppressShortcuts = "true";
  };
  window.addEventListener("keydown", settle, { capture: true, signal });
}

// `connect` is called with each picture and what it needs: where it stands, how to ask Python, and how long it counts.
export function panel({ model, el }, connect = () => {}) {
  const { root, said, tools, body } = framed(model.get("label"));
  el.append(root);
  const life = new AbortController();
  ownKeys(root, life.signal);
  let connected = new AbortController();
  const ask = (action, words = {}) => model.send({ do: action, ...words });

  const mark = () => {
    const marks = new Set(model.get("marks"));
    for (const node of body.querySelectorAll("[data-key]")) {
      node.setAttribute("aria-pressed", String(marks.has(node.dataset.key)));
    }
    root.classList.toggle("cxw-marked", marks.size > 0);
  };
  const draw = () => {
    connected.abort();
    connected = new AbortController();
    const refocus = focusing(root);
    body.replaceChildren(...parsed(model.get("markup")));
    connect({ body, tools, ask, mark, model, signal: connected.signal });
    mark();
    reach(body);
    refocus();
  };
  watch(model, { markup: draw, facts: draw, marks: mark }, life.signal);
  draw();
  telling({ model, root, said, ask, signal: life.signal });
  exporting({ model, root, body, said, ask, signal: life.signal });
  const page = crypto.randomUUID();
  sighted(root, (sight) => ask("seen", { page, sight }), life.signal);
  return () => {
    life.abort();
    connected.abort();
  };
}

// What holds nothing that the keys can reach is reached itself, so that they can scroll it.
function reach(body) {
  if (body.querySelector("a, button, input, select, summary, [tabindex]")) body.removeAttribute("tabindex");
  else body.tabIndex = 0;
}

// Says how the panel is doing: as Python has it, or that nothing answers any more.
function telling({ model, root, said, ask, signal }) {
  let answers = true;
  const tell = () => {
    const status = answers ? model.get("status") : "gone";
    root.dataset.status = status;
    root.setAttribute("aria-busy", String(status === "busy"));
    said.textContent = answers ? model.get("said") : GONE;
    said.hidden = !said.textContent;
  };
  watch(model, { status: tell, said: tell }, signal);
  tell();
  doubting({ model, ask, signal }, (does) => {
    answers = does;
    tell();
    if (!does) document.dispatchEvent(new Event("cx-gone"));
  });
}

// Tells where the panel is: near the screen, elsewhere on the page, or in a page that nobody sees.
function sighted(root, tell, signal) {
  let told = "";
  let near = true;
  const look = () => {
    const away = document.hidden || root.getClientRects().length === 0;
    const sight = away ? "away" : near ? "near" : "far";
    if (sight !== told) tell((told = sight));
  };
  const seen = (entries) => {
    near = entries.at(-1).isIntersecting;
    look();
  };
  const observer = new IntersectionObserver(seen, { rootMargin: "300px" });
  observer.observe(root);
  document.addEventListener("visibilitychange", look, { signal });
  signal.addEventListener("abort", () => {
    observer.disconnect();
    if (told !== "away") tell("away");
  });
}

export default { render: (given) => panel(given) };
