// The intake: five steps from a file to the board. Every text from the file is only ever text.
const STEPS = ["Choose", "Columns", "Goals", "Prepare", "Explore"];
const SAYS = { journey: "Journey", activity: "Activity", time: "Time", customer: "Customer", order: "Order of ties", start: "Start", lifecycle: "Start or end", keep: "Keep", leave: "Leave out" };
const MARKS = { "": "", goal: "goal", cancel: "cancel" };
const MANY = 20;
const number = (value) => value.toLocaleString("en");

// The second step: which column is what, why, and in which time zone.
function namingColumns({ model, ask, facts }) {
  const evidence = make("tbody");
  const zones = make("datalist", { id: `cxi-zones-${Math.random().toString(36).slice(2)}` });
  zones.append(...["UTC", ...Intl.supportedValuesOf("timeZone")].map((value) => make("option", { value })));
  const zone = make("input", { type: "text", autocomplete: "off", spellcheck: false, onchange: () => ask("place", { zone: zone.value }) });
  zone.setAttribute("list", zones.id);
  const selects = facts.columns.map(({ name }, column) => {
    const options = Object.entries(SAYS).map(([value, textContent]) => make("option", { value, textContent }));
    const select = make("select", { ariaLabel: `Role of the column ${name}` }, ...options);
    select.onchange = () => ask("assign", { column, role: select.value });
    return select;
  });
  const head = facts.columns.map(({ name }, column) => make("th", { scope: "col" }, selects[column], make("span", { textContent: name, title: name })));
  const rows = facts.rows.map((row) => make("tr", {}, ...row.map((textContent) => make("td", { textContent }))));
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
  const preview = make("div", { className: "cxi-preview", tabIndex: 0, role: "region", ariaLabel: "The first rows of the file" }, table);
  const reading = make("p", { className: "cxi-reading" });
  const nodes = [
    reading,
    make("div", { className: "cxi-split" },
      make("table", { className: "cxi-evidence" }, evidence),
      make("label", { className: "cxi-field" }, make("span", { textContent: "Time zone" }), zone, make("small", { textContent: "of times that do not say their own" }), zones),
    ),
    preview,
  ];

  const line = ({ role, column, why, by }) => {
    const found = make("td", {}, column ? make("code", { textContent: column }) : make("span", { className: "cxi-none", textContent: "none" }));
    const [is, because] = [make("th", { scope: "row", textContent: SAYS[role] }), make("td", { textContent: why })];
    return make("tr", {}, is, found, because, make("td", {}, by ? make("span", { className: `cxi-by cxi-${by}`, textContent: by }) : ""));
  };
  const update = (facts) => {
    reading.replaceChildren(make("strong", { textContent: facts.source }), ...facts.reading.map((textContent) => make("span", { textContent })));
    evidence.replaceChildren(...facts.evidence.map(line));
    zone.value = facts.zone;
    facts.columns.forEach(({ role }, column) => {
      selects[column].value = role;
      for (const row of table.rows) row.cells[column].dataset.role = role;
    });
  };
  const refused = () => (zone.value = model.get("facts").zone);
  return { title: "Which column is what?", lead: "These are guesses. Correct them above the columns.", nodes, update, refused, next: "Continue" };
}

// The third step: which activities are goals, and which are cancels.
function namingGoals({ ask, facts }) {
  const most = Math.max(...facts.activities.map(({ rows }) => rows));
  const buttons = facts.activities.map(({ name, rows }, activity) => {
    const bar = make("span", { className: "cxi-bar" });
    bar.style.width = `${(100 * rows) / most}%`;
    const mark = make("span", { className: "cxi-mark" });
    const button = make("button", { type: "button", className: "cxi-activity", onclick: () => ask("mark", { activity }) },
      bar, make("span", { className: "cxi-name", textContent: name }), mark, make("span", { className: "cxi-rows", textContent: number(rows) }));
    return { button, mark, name };
  });
  const list = make("div", { className: "cxi-activities", role: "group", ariaLabel: "Activities, the most frequent first" }, ...buttons.map(({ button }) => button));
  const none = make("p", { className: "cxi-small", textContent: "No activity has this in its name.", hidden: true });
  const filter = make("input", { type: "search", placeholder: "Filter activities", ariaLabel: "Filter activities" });
  filter.oninput = () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const { button, name } of buttons) button.hidden = !name.toLowerCase().includes(wanted);
    none.hidden = buttons.some(({ button }) => !button.hidden);
  };
  const rest = facts.kinds - buttons.length;
  const more = rest > 0 ? [make("p", { className: "cxi-small", textContent: `${number(rest)} rarer activities are not listed.` })] : [];
  const update = (facts) => {
    facts.activities.forEach(({ name, mark, rows }, activity) => {
      const { button, mark: shown } = buttons[activity];
      button.dataset.mark = mark;
      shown.textContent = MARKS[mark];
      button.setAttribute("aria-pressed", String(mark !== ""));
      button.setAttribute("aria-label", `${name}, ${number(rows)} events${mark ? `, ${mark}` : ""}`);
    });
  };
  const next = (facts) => (facts.activities.some(({ mark }) => mark) ? "Continue" : "Skip");
  const lead = "Click an activity that means success, such as a delivery: it becomes a goal. A second click makes it a cancel, a third neither.";
  return { title: "What do customers come for?", lead, nodes: [...(buttons.length > MANY ? [filter] : []), list, none, ...more], update, next };
}

// The fourth step: a name for the store, and how far its making is.
function preparing({ model, ask, facts }) {
  const name = make("input", { type: "text", value: facts.store.name, maxLength: 60, autocomplete: "off", spellcheck: false });
  let timer = 0;
  name.oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask("call", { name: name.value }), 250);
  };
  name.onkeydown = (event) => event.key === "Enter" && go();
  const [where, note] = [make("small"), make("p", { className: "cxi-note", role: "status" })];
  const summary = make("dl", { className: "cxi-summary" });
  const bar = make("progress", { max: 1, ariaLabel: "How much is prepared" });
  const doing = make("p", { className: "cxi-small", role: "status" });
  const work = make("div", { className: "cxi-work" }, bar, doing);
  const go = () => {
    clearTimeout(timer);
    ask("prepare", { name: name.value });
  };
  const nodes = [
    make("label", { className: "cxi-field" }, make("span", { textContent: "Name of the store" }), name, where),
    note,
    summary,
    work,
  ];
  const progress = () => {
    const busy = model.get("status") === "busy";
    work.style.visibility = busy ? "visible" : "hidden";
    bar.value = model.get("share");
    const said = model.get("doing");
    doing.textContent = said ? `${said[0].toUpperCase()}${said.slice(1)} · ${Math.round(100 * model.get("share"))} %` : "Starting";
    name.disabled = busy;
  };
  const update = (facts) => {
    const { columns, activities, store, source, reading } = facts;
    where.textContent = `in the folder ${store.folder}`;
    note.textContent = store.fault || store.note;
    note.classList.toggle("cxi-fault", Boolean(store.fault));
    const named = (mark) => activities.filter((activity) => activity.mark === mark).map(({ name }) => name);
    const roles = Object.keys(SAYS).slice(0, 7).map((role) => [SAYS[role], columns.filter((column) => column.role === role).map(({ name }) => name)]);
    const lines = [["Log", [`${source} (${reading[0]})`]], ...roles, ["Goals", named("goal")], ["Cancels", named("cancel")]];
    summary.replaceChildren(...lines.filter(([, texts]) => texts.length).map(([word, texts]) => make("div", {}, make("dt", { textContent: word }), make("dd", { textContent: texts.join(", ") }))));
    progress();
  };
  return { title: "Prepare the journeys", lead: "This is done once. Afterwards every question is answered at once.", nodes, update, progress, next: "Prepare", go, stop: () => ask("stop") };
}

// The fifth step: what was made, and the Python that makes it again.
function exploring() {
  const [figures, left] = [make("p", { className: "cxi-reading" }), make("ul", { className: "cxi-left" })];
  const code = make("pre", { tabIndex: 0, role: "region", ariaLabel: "The Python that repeats it" });
  const shown = make("details", { className: "cxi-code" }, make("summary", { textContent: "The Python that repeats it" }), code);
  const copy = make("button", { type: "button", textContent: "Copy the Python" });
  copy.onclick = async () => {
    shown.open = true;
    getSelection().selectAllChildren(code);
    const copied = await navigator.clipboard?.writeText(code.textContent).then(() => true, () => false);
    copy.textContent = copied ? "Copied" : "Selected: copy it";
    setTimeout(() => (copy.textContent = "Copy the Python"), 2000);
  };
  const update = ({ made }) => {
    const [n, ...rest] = made.figures;
    figures.replaceChildren(make("strong", { textContent: n }), ...rest.map((textContent) => make("span", { textContent })));
    left.replaceChildren(...made.notes.map((textContent) => make("li", { textContent })));
    code.textContent = made.code;
  };
  const nodes = [figures, left, shown];
  return { title: "Ready to explore", lead: "The journeys are below: a click on an activity or a line chooses journeys.", nodes, buttons: [copy], update };
}

const VIEWS = [choosingFile, namingColumns, namingGoals, preparing, exploring];

function render({ model, el }) {
  const life = new AbortController();
  const root = make("section", { className: "cxi", ariaLabel: "Bring in a log" });
  const [steps, body] = [make("ol", { className: "cxi-steps" }), make("div", { className: "cxi-body" })];
  const said = make("div", { className: "cxi-said", role: "status" });
  const [over, back, stop, next] = ["Start over", "Back", "Stop", ""].map((textContent) => make("button", { type: "button", textContent }));
  next.className = "cxi-main";
  const row = make("div", { className: "cxi-buttons" });
  root.append(steps, body, make("div", { className: "cxi-foot" }, said, row));
  el.append(root);
  const ask = (action, words = {}) => model.send({ do: action, ...words });
  let [view, shown, local] = [null, "", ""];

  const tell = (text) => {
    local = text;
    speak();
  };
  const speak = () => {
    const { step, faults = [], doubts = [] } = model.get("facts");
    const columns = step === 2 ? [...faults.map((text) => [text, "fault"]), ...doubts.map((text) => [text, "doubt"])] : [];
    const texts = [[local || model.get("said"), "fault"], ...columns].filter(([text]) => text);
    said.replaceChildren(...texts.map(([textContent, kind]) => make("p", { className: `cxi-${kind}`, textContent })));
  };
  const buttons = () => {
    const { step, ready, store } = model.get("facts");
    const busy = model.get("status") === "busy";
    const held = document.activeElement;
    root.setAttribute("aria-busy", String(busy));
    root.dataset.status = model.get("status");
    const named = typeof view.next === "function" ? view.next(model.get("facts")) : view.next;
    next.textContent = named ?? "";
    next.hidden = !named || (busy && step === 4);
    next.disabled = busy || !ready || (step === 4 && Boolean(store.fault));
    stop.hidden = !(busy && step === 4);
    over.hidden = step === 1 || (busy && step === 4);
    back.hidden = step < 3 || step === 5 || (busy && step === 4);
    view.progress?.();
    if (root.contains(held)) handOn(held, stop, next, body.querySelector("h3"));
  };
  const mark = () => {
    const refocus = focusing(steps);
    const { step, explored, ready } = model.get("facts");
    const may = (to) => to > 1 && to !== step && (to < step || (explored && ready)) && model.get("status") !== "busy";
    const item = (text, index) => {
      const to = index + 1;
      const content = [make("span", { className: "cxi-number", textContent: to < step ? "✓" : String(to) }), make("span", { className: "cxi-word", textContent: text })];
      const inner = may(to) ? make("button", { type: "button", onclick: () => ask("go", { step: to }) }, ...content) : make("span", {}, ...content);
      const entry = make("li", { className: to < step ? "cxi-done" : to === step ? "cxi-now" : "" }, inner);
      if (to === step) entry.setAttribute("aria-current", "step");
      return entry;
    };
    steps.replaceChildren(...STEPS.map(item));
    refocus();
  };
  const draw = () => {
    const facts = model.get("facts");
    root.dataset.step = facts.step;
    if (shown !== `${facts.step} ${facts.log}`) {
      const moved = root.contains(document.activeElement) && shown !== "";
      shown = `${facts.step} ${facts.log}`;
      local = "";
      view = VIEWS[facts.step - 1]({ model, ask, tell, facts, signal: life.signal });
      const title = make("h3", { textContent: view.title, tabIndex: -1 });
      body.replaceChildren(title, ...(view.lead ? [make("p", { className: "cxi-small", textContent: view.lead })] : []), ...view.nodes);
      row.replaceChildren(...(view.buttons ?? []), over, back, stop, next);
      if (moved) title.focus({ preventScroll: true });
    }
    view.update(facts);
    mark();
    buttons();
    speak();
  };

  back.onclick = () => ask("go", { step: model.get("facts").step - 1 });
  over.onclick = () => ask("restart");
  stop.onclick = () => view.stop();
  next.onclick = () => (view.go ? view.go() : ask("go", { step: model.get("facts").step + 1 }));
  const heard = () => {
    local = "";
    speak();
    if (model.get("said")) view.refused?.();
  };
  const status = () => {
    mark();
    buttons();
  };
  const received = () => model.get("facts").step === 1 && view.update(model.get("facts"));
  const watched = { "change:facts": draw, "change:said": heard, "change:status": status, "change:receiving": received, "change:share": buttons, "change:doing": buttons };
  for (const [event, react] of Object.entries(watched)) model.on(event, react);
  draw();
  ask("here", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  return () => {
    life.abort();
    for (const [event, react] of Object.entries(watched)) model.off(event, react);
  };
}
export default { render };
