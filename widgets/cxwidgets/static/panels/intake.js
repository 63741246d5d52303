// The intake: five steps from a file to the board. Every text from the file is only ever text.
import { focusing, handOn } from "../shared/focus.js";
import { button, make, number, watch } from "../shared/make.js";
import { choosingFile } from "../shared/upload.js";

const STEPS = ["Choose", "Columns", "Goals", "Prepare", "Explore"];
const SAYS = {
  journey: "Journey", activity: "Activity", time: "Time", customer: "Customer", order: "Order of ties", start: "Start",
  lifecycle: "Start or end", keep: "Keep", leave: "Leave out",
};
const ROLES = Object.keys(SAYS).slice(0, 7);
const MARKS = { "": "", goal: "goal", cancel: "cancel" };
const MANY = 20;

const texts = (tag, words) => words.map((textContent) => make(tag, { textContent }));

// Which column has which role: a select above each, in which the guess stands.
function assigning({ ask, facts }) {
  const offered = Object.entries(SAYS);
  return facts.columns.map(({ name }, column) => {
    const options = offered.map(([value, textContent]) => make("option", { value, textContent }));
    const onchange = ({ target }) => ask("assign", { column, role: target.value });
    return make("select", { ariaLabel: `Role of the column ${name}`, onchange }, ...options);
  });
}

// The first rows of the file under the names and the roles of its columns.
function previewing({ columns, rows }, selects) {
  const named = ({ name }, column) =>
    make("th", { scope: "col" }, selects[column], make("span", { textContent: name, title: name }));
  const head = make("thead", {}, make("tr", {}, ...columns.map(named)));
  const table = make("table", {}, head, make("tbody", {}, ...rows.map((row) => make("tr", {}, ...texts("td", row)))));
  const region = { className: "cxi-preview", tabIndex: 0, role: "region", ariaLabel: "The first rows of the file" };
  return { element: make("div", region, table), table };
}

// The time zone of times that do not say their own.
function zoning(ask) {
  const zones = make("datalist", { id: `cxi-zones-${Math.random().toString(36).slice(2)}` });
  zones.append(...["UTC", ...Intl.supportedValuesOf("timeZone")].map((value) => make("option", { value })));
  const onchange = ({ target }) => ask("place", { zone: target.value });
  const zone = make("input", { type: "text", autocomplete: "off", spellcheck: false, onchange });
  zone.setAttribute("list", zones.id);
  const says = make("small", { textContent: "of times that do not say their own" });
  const element = make("label", { className: "cxi-field" }, ...texts("span", ["Time zone"]), zone, says, zones);
  return { zone, element };
}

// Why a column has its role.
function reason({ role, column, why, by }) {
  const none = { className: "cxi-none", textContent: "none" };
  const found = column ? make("code", { textContent: column }) : make("span", none);
  const whose = by ? make("span", { className: `cxi-by cxi-${by}`, textContent: by }) : "";
  const is = make("th", { scope: "row", textContent: SAYS[role] });
  return make("tr", {}, is, make("td", {}, found), make("td", { textContent: why }), make("td", {}, whose));
}

// The second step: which column is what, why, and in which time zone.
function namingColumns({ model, ask, facts }) {
  const evidence = make("tbody");
  const selects = assigning({ ask, facts });
  const { zone, element: field } = zoning(ask);
  const { table, element: preview } = previewing(facts, selects);
  const reading = make("p", { className: "cxi-reading" });
  const split = make("div", { className: "cxi-split" }, make("table", { className: "cxi-evidence" }, evidence), field);
  const update = (now) => {
    reading.replaceChildren(...texts("strong", [now.source]), ...texts("span", now.reading));
    evidence.replaceChildren(...now.evidence.map(reason));
    zone.value = now.zone;
    for (const [column, { role }] of now.columns.entries()) {
      selects[column].value = role;
      for (const row of table.rows) row.cells[column].dataset.role = role;
    }
  };
  const refused = () => (zone.value = model.get("facts").zone);
  const lead = "These are guesses. Correct them above the columns.";
  return { title: "Which column is what?", lead, nodes: [reading, split, preview], update, refused, next: "Continue" };
}

// The activities as buttons, each with a bar as long as it is frequent.
function marking({ ask, facts }) {
  const most = Math.max(...facts.activities.map(({ rows }) => rows));
  return facts.activities.map(({ name, rows }, activity) => {
    const bar = make("span", { className: "cxi-bar" });
    bar.style.width = `${(100 * rows) / most}%`;
    const mark = make("span", { className: "cxi-mark" });
    const named = make("span", { className: "cxi-name", textContent: name });
    const counted = make("span", { className: "cxi-rows", textContent: number(rows) });
    const more = { type: "button", className: "cxi-activity", onclick: () => ask("mark", { activity }) };
    return { button: make("button", more, bar, named, mark, counted), mark, name };
  });
}

// The third step: which activities are goals, and which are cancels.
function namingGoals({ ask, facts }) {
  const shown = marking({ ask, facts });
  const group = { className: "cxi-activities", role: "group", ariaLabel: "Activities, the most frequent first" };
  const list = make("div", group, ...shown.map((entry) => entry.button));
  const none = make("p", { className: "cxi-small", textContent: "No activity has this in its name.", hidden: true });
  const oninput = ({ target }) => {
    const wanted = target.value.trim().toLowerCase();
    for (const entry of shown) entry.button.hidden = !entry.name.toLowerCase().includes(wanted);
    none.hidden = shown.some((entry) => !entry.button.hidden);
  };
  const words = "Filter activities";
  const filter = make("input", { type: "search", placeholder: words, ariaLabel: words, oninput });
  const rest = facts.kinds - shown.length;
  const rarer = { className: "cxi-small", textContent: `${number(rest)} rarer activities are not listed.` };
  const update = ({ activities }) => {
    for (const [activity, { name, mark, rows }] of activities.entries()) {
      const entry = shown[activity];
      entry.button.dataset.mark = mark;
      entry.mark.textContent = MARKS[mark];
      entry.button.setAttribute("aria-pressed", String(mark !== ""));
      entry.button.setAttribute("aria-label", `${name}, ${number(rows)} events${mark ? `, ${mark}` : ""}`);
    }
  };
  const next = ({ activities }) => (activities.some(({ mark }) => mark) ? "Continue" : "Skip");
  const lead = "Click an activity that means success, such as a delivery: it becomes a goal. "
    + "A second click makes it a cancel, a third neither.";
  const nodes = [...(shown.length > MANY ? [filter] : []), list, none, ...(rest > 0 ? [make("p", rarer)] : [])];
  return { title: "What do customers come for?", lead, nodes, update, next };
}

// What will be prepared: the log, the columns by their roles, the goals and the cancels.
function summed({ columns, activities, source, reading }) {
  const named = (mark) => activities.filter((activity) => activity.mark === mark).map(({ name }) => name);
  const having = (role) => columns.filter((column) => column.role === role).map(({ name }) => name);
  const roles = ROLES.map((role) => [SAYS[role], having(role)]);
  const marks = [["Goals", named("goal")], ["Cancels", named("cancel")]];
  const lines = [["Log", [`${source} (${reading[0]})`]], ...roles, ...marks];
  const line = ([word, names]) => make("div", {}, ...texts("dt", [word]), ...texts("dd", [names.join(", ")]));
  return lines.filter(([, names]) => names.length).map(line);
}

// How far the making is, while it goes on.
function working(model) {
  const bar = make("progress", { max: 1, ariaLabel: "How much is prepared" });
  const doing = make("p", { className: "cxi-small", role: "status" });
  const work = make("div", { className: "cxi-work" }, bar, doing);
  const progress = () => {
    const said = model.get("doing");
    const share = model.get("share");
    work.style.visibility = model.get("status") === "busy" ? "visible" : "hidden";
    bar.value = share;
    doing.textContent = said ? `${said[0].toUpperCase()}${said.slice(1)} · ${Math.round(100 * share)} %` : "Starting";
  };
  return { work, progress };
}

// The fourth step: a name for the store, and how far its making is.
function preparing({ model, ask, facts }) {
  let timer = 0;
  const go = () => {
    clearTimeout(timer);
    ask("prepare", { name: name.value });
  };
  const oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask("call", { name: name.value }), 250);
  };
  const onkeydown = ({ key }) => key === "Enter" && go();
  const text = { type: "text", maxLength: 60, autocomplete: "off", spellcheck: false };
  const name = make("input", { ...text, value: facts.store.name, oninput, onkeydown });
  const [where, note] = [make("small"), make("p", { className: "cxi-note", role: "status" })];
  const summary = make("dl", { className: "cxi-summary" });
  const { work, progress: tell } = working(model);
  const field = make("label", { className: "cxi-field" }, ...texts("span", ["Name of the store"]), name, where);
  const progress = () => {
    tell();
    name.disabled = model.get("status") === "busy";
  };
  const update = (now) => {
    where.textContent = `in the folder ${now.store.folder}`;
    note.textContent = now.store.fault || now.store.note;
    note.classList.toggle("cxi-fault", Boolean(now.store.fault));
    summary.replaceChildren(...summed(now));
    progress();
  };
  const lead = "This is done once. Afterwards every question is answered at once.";
  const nodes = [field, note, summary, work];
  return { title: "Prepare the journeys", lead, nodes, update, progress, next: "Prepare", go, stop: () => ask("stop") };
}

// In the app: the page that explores, and the store for it and all others.
const EXPLORERS = ["04_explore", "03_see_the_journey"];

function exploreIn(name) {
  const links = [...document.querySelectorAll(".cx-book a")];
  const link = EXPLORERS.map((page) => links.find(({ href }) => href.includes(page))).find(Boolean);
  if (!link) return [];
  const hash = `#s=${encodeURIComponent(name)}`;
  history.replaceState(null, "", hash);
  const go = make("a", { className: "cxi-main cxi-go", textContent: "Explore" });
  go.href = `${link.href.split("#")[0]}${hash}`;
  return [go];
}

// The fifth step: what was made, and the Python that makes it again.
function exploring({ facts }) {
  const [figures, left] = [make("p", { className: "cxi-reading" }), make("ul", { className: "cxi-left" })];
  const code = make("pre", { tabIndex: 0, role: "region", ariaLabel: "The Python that repeats it" });
  const shown = make("details", { className: "cxi-code" }, ...texts("summary", ["The Python that repeats it"]), code);
  const copy = button("Copy the Python", async () => {
    shown.open = true;
    getSelection().selectAllChildren(code);
    const copied = await navigator.clipboard?.writeText(code.textContent).then(() => true, () => false);
    copy.textContent = copied ? "Copied" : "Selected: copy it";
    setTimeout(() => (copy.textContent = "Copy the Python"), 2000);
  });
  const update = ({ made }) => {
    const [n, ...rest] = made.figures;
    figures.replaceChildren(...texts("strong", [n]), ...texts("span", rest));
    left.replaceChildren(...texts("li", made.notes));
    code.textContent = made.code;
  };
  const lead = "They are the journeys of all pages from now on, and below: a click on an activity or a line chooses journeys.";
  return { title: "Ready to explore", lead, nodes: [figures, left, shown], buttons: [copy, ...exploreIn(facts.made.name)], update };
}

const VIEWS = [choosingFile, namingColumns, namingGoals, preparing, exploring];

// The steps on top, as buttons where they can be gone to.
function stepping({ model, ask }) {
  const list = make("ol", { className: "cxi-steps" });
  const item = (word, place) => {
    const { step, explored, ready } = model.get("facts");
    const to = place + 1;
    const may = to > 1 && to !== step && (to < step || (explored && ready)) && model.get("status") !== "busy";
    const figure = make("span", { className: "cxi-number", textContent: to < step ? "✓" : String(to) });
    const content = [figure, make("span", { className: "cxi-word", textContent: word })];
    const go = { type: "button", onclick: () => ask("go", { step: to }) };
    const entry = make("li", {}, may ? make("button", go, ...content) : make("span", {}, ...content));
    if (to < step) entry.className = "cxi-done";
    if (to === step) {
      entry.className = "cxi-now";
      entry.setAttribute("aria-current", "step");
    }
    return entry;
  };
  const mark = () => {
    const refocus = focusing(list);
    list.replaceChildren(...STEPS.map(item));
    refocus();
  };
  return { list, mark };
}

// What is wrong or doubtful: what the page itself found, or Python, and on the second step each column.
function speaking(model) {
  const said = make("div", { className: "cxi-said", role: "status" });
  let local = "";
  let place = null;
  const speak = () => {
    const { step, faults = [], doubts = [] } = model.get("facts");
    const columns = [...faults.map((text) => [text, "fault"]), ...doubts.map((text) => [text, "doubt"])];
    const lines = [[local || model.get("said"), "fault"], ...(step === 2 ? columns : [])].filter(([text]) => text);
    if (place) place(lines.map(([text]) => text).join(" "));
    const below = place ? [] : lines;
    said.replaceChildren(...below.map(([textContent, kind]) => make("p", { className: `cxi-${kind}`, textContent })));
  };
  const tell = (text) => {
    local = text;
    speak();
  };
  const standing = (where) => (place = where ?? null);
  return { said, speak, tell, standing };
}

// The buttons below: those of the step, and the ways on, back and out.
function leading({ model, ask }) {
  let view = null;
  const step = () => model.get("facts").step;
  const over = button("Start over", () => ask("restart"));
  const back = button("Back", () => ask("go", { step: step() - 1 }));
  const stop = button("Stop", () => view.stop());
  const next = button("", () => (view.go ? view.go() : ask("go", { step: step() + 1 })), { className: "cxi-main" });
  const row = make("div", { className: "cxi-buttons" });
  const take = (taken) => {
    view = taken;
    row.replaceChildren(...(view.buttons ?? []), over, back, stop, next);
  };
  const update = () => {
    const facts = model.get("facts");
    const busy = model.get("status") === "busy";
    const made = busy && facts.step === 4;
    const named = typeof view.next === "function" ? view.next(facts) : view.next;
    next.textContent = named ?? "";
    next.hidden = !named || made;
    next.disabled = busy || !facts.ready || (facts.step === 4 && Boolean(facts.store.fault));
    stop.hidden = !made;
    over.hidden = facts.step === 1 || made;
    back.hidden = facts.step < 3 || facts.step === 5 || made;
  };
  return { row, stop, next, take, update };
}

function framed({ model, ask }) {
  const [steps, voice, foot] = [stepping({ model, ask }), speaking(model), leading({ model, ask })];
  const body = make("div", { className: "cxi-body" });
  const below = make("div", { className: "cxi-foot" }, voice.said, foot.row);
  const root = make("section", { className: "cxi", ariaLabel: "Bring in a log" }, steps.list, body, below);
  return { root, body, steps, voice, foot };
}

// Draws whatever Python changes; a step is entered once, and then brought up to date.
function drawing({ model, ask, signal }, { root, body, steps, voice, foot }) {
  let [view, shown] = [null, ""];

  const lead = () => {
    const held = document.activeElement;
    root.setAttribute("aria-busy", String(model.get("status") === "busy"));
    root.dataset.status = model.get("status");
    foot.update();
    view.progress?.();
    if (root.contains(held)) handOn(held, foot.stop, foot.next, body.querySelector("h3"));
  };
  const enter = (facts) => {
    const moved = root.contains(document.activeElement) && shown !== "";
    shown = `${facts.step} ${facts.log}`;
    view = VIEWS[facts.step - 1]({ model, ask, tell: voice.tell, facts, signal });
    voice.standing(view.speak);
    const title = make("h3", { textContent: view.title, tabIndex: -1 });
    const small = view.lead ? [make("p", { className: "cxi-small", textContent: view.lead })] : [];
    body.replaceChildren(title, ...small, ...view.nodes);
    foot.take(view);
    if (moved) title.focus({ preventScroll: true });
  };
  const draw = () => {
    const facts = model.get("facts");
    root.dataset.step = facts.step;
    const fresh = shown !== `${facts.step} ${facts.log}`;
    if (fresh) enter(facts);
    view.update(facts);
    status();
    if (fresh) voice.tell("");
    else voice.speak();
  };
  const status = () => {
    steps.mark();
    lead();
  };
  const heard = () => {
    voice.tell("");
    if (model.get("said")) view.refused?.();
  };
  const received = () => model.get("facts").step === 1 && view.update(model.get("facts"));
  return { facts: draw, said: heard, status, receiving: received, share: lead, doing: lead };
}

function render({ model, el }) {
  const life = new AbortController();
  const ask = (action, words = {}) => model.send({ do: action, ...words });
  const parts = framed({ model, ask });
  el.append(parts.root);
  const reactions = drawing({ model, ask, signal: life.signal }, parts);
  watch(model, reactions, life.signal);
  reactions.facts();
  ask("here", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  return () => life.abort();
}

export default { render };
