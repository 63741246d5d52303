// One panel: shows what Python drew, tells Python what was done, and never runs anything from the log.
const UNSAFE = "script, foreignObject, iframe, object, embed, link, meta, base, form";

function parsed(markup) {
  const page = new DOMParser().parseFromString(`<body>${markup}</body>`, "text/html");
  page.querySelectorAll(UNSAFE).forEach((node) => node.remove());
  page.querySelectorAll("*").forEach((node) => {
    for (const { name, value } of [...node.attributes]) {
      if (name.startsWith("on") || /^\s*javascript:/i.test(value)) node.removeAttribute(name);
    }
  });
  return [...page.body.childNodes];
}

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

// Remembers which control has the focus, to give it back after a redraw: to the same one, to the one of the same name
// (or `data-place`, for controls that lead to each other), or to the one that stands where it stood.
function focusing(root) {
  const held = document.activeElement;
  if (!root.contains(held)) return () => {};
  const controls = () => [...root.querySelectorAll("[data-key], button:not(:disabled), select, input, a[href]")];
  const name = ({ dataset, ariaLabel, textContent }) => dataset.key ?? dataset.place ?? (ariaLabel || textContent);
  const place = controls().indexOf(held);
  const said = name(held);
  return () => {
    const now = controls();
    const next = [held, now.find((node) => name(node) === said), now[Math.min(Math.max(place, 0), now.length - 1)]];
    next.find((node) => node && root.contains(node))?.focus({ preventScroll: true });
  };
}

// Where the focus goes when the control that had it is hidden or disabled: to the first of these that can have it.
function handOn(held, ...others) {
  const able = (node) => node?.checkVisibility() && !node.disabled;
  if (!able(held)) others.find(able)?.focus({ preventScroll: true });
}

function panel(model, el, connect = () => {}) {
  const root = make("section", { className: "cxw-panel" });
  const said = make("p", { className: "cxw-said", role: "status" });
  const tools = make("div", { className: "cxw-tools" });
  const body = make("div", { className: "cxw-body" });
  root.setAttribute("aria-label", model.get("label"));
  root.dataset.lmSuppressShortcuts = "true"; // the notebook's own keys
  root.append(tools, said, body);
  el.append(root);
  const page = crypto.randomUUID();
  const ask = (action, words = {}) => model.send({ do: action, ...words });
  // Within a picture, Shift and a drag choose; they do not select or carry off what is written there.
  const inPicture = (event) => event.target.closest?.("svg");
  body.addEventListener("mousedown", (event) => inPicture(event) && event.shiftKey && event.preventDefault());
  body.addEventListener("dragstart", (event) => inPicture(event) && event.preventDefault());
  let connected = new AbortController();

  const draw = () => {
    connected.abort();
    connected = new AbortController();
    const refocus = focusing(root);
    body.replaceChildren(...parsed(model.get("markup")).map((node) => document.importNode(node, true)));
    connect({ body, tools, ask, signal: connected.signal, model });
    mark();
    refocus();
  };
  const mark = () => {
    const marks = new Set(model.get("marks"));
    for (const node of body.querySelectorAll("[data-key]")) {
      node.setAttribute("aria-pressed", String(marks.has(node.dataset.key)));
    }
    root.classList.toggle("cxw-marked", marks.size > 0);
  };
  const tell = () => {
    root.dataset.status = model.get("status");
    root.setAttribute("aria-busy", String(model.get("status") === "busy"));
    said.textContent = model.get("said");
    said.hidden = !model.get("said");
  };
  const watched = { "change:markup": draw, "change:facts": draw, "change:marks": mark, "change:status": tell, "change:said": tell };
  for (const [event, react] of Object.entries(watched)) model.on(event, react);
  draw();
  tell();
  const forget = watching(root, (sight) => ask("seen", { page, sight }));
  return () => {
    forget();
    connected.abort();
    for (const [event, react] of Object.entries(watched)) model.off(event, react);
  };
}

// Tells where the panel is: near the screen, elsewhere on the page, or in a page that nobody sees.
function watching(root, tell) {
  let told = "near";
  let near = true;
  const look = () => {
    const away = document.hidden || root.getClientRects().length === 0;
    const sight = away ? "away" : near ? "near" : "far";
    if (sight !== told) tell((told = sight));
  };
  const observer = new IntersectionObserver(
    (entries) => {
      near = entries.at(-1).isIntersecting;
      look();
    },
    { rootMargin: "300px" },
  );
  observer.observe(root);
  document.addEventListener("visibilitychange", look);
  return () => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", look);
    if (told !== "away") tell("away");
  };
}

// Everything with a key is a button: click, Enter or Space choose it, with Shift besides what is chosen.
function choosing({ body, signal }, choose) {
  for (const node of body.querySelectorAll("[data-key]")) {
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", "button");
  }
  const chosen = (event) => {
    const node = event.target.closest?.("[data-key]");
    if (node && body.contains(node)) choose(node, event.shiftKey);
    return node;
  };
  body.addEventListener("click", chosen, { signal });
  body.addEventListener(
    "keydown",
    (event) => {
      if ((event.key === "Enter" || event.key === " ") && chosen(event)) event.preventDefault();
    },
    { signal },
  );
}
