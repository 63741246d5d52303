// A file on its way to Python, piece by piece: the next piece leaves when an earlier one has arrived.
import { handOn } from "./focus.js";
import { button, make, shape, watch } from "./make.js";

const IN_FLIGHT = 4;

function sending(model, signal) {
  let [file, upload, sent, pieces, reading] = [null, null, 0, 0, false];
  const stop = () => ([file, upload] = [null, null]);

  const more = async () => {
    if (reading) return;
    reading = true;
    const { piece } = model.get("facts");
    while (file && upload !== null && sent < file.size) {
      const of = upload;
      if (sent - model.get("receiving").received >= IN_FLIGHT * piece) break;
      const chunk = await file.slice(sent, sent + piece).arrayBuffer().catch(() => null);
      if (upload !== of) continue;
      if (!chunk?.byteLength) {
        stop();
        model.send({ do: "lost" });
        break;
      }
      model.send({ do: "piece", upload, piece: pieces }, undefined, [chunk]);
      sent += chunk.byteLength;
      pieces += 1;
    }
    reading = false;
  };

  const heard = () => {
    const coming = model.get("receiving");
    if (!file) return;
    if (coming.upload === undefined) {
      if (upload !== null) stop();
      return;
    }
    upload = coming.upload;
    more();
  };
  watch(model, { receiving: heard }, signal);

  return (chosen) => {
    [file, upload, sent, pieces] = [chosen, null, 0, 0];
    model.send({ do: "begin", name: chosen.name, size: chosen.size });
  };
}

function size(bytes) {
  const [unit, factor] = bytes < 1e6 ? ["kB", 1e3] : ["MB", 1e6];
  return `${(bytes / factor).toLocaleString("en", { maximumFractionDigits: 1 })} ${unit}`;
}

// What invites a file: a word, a button, and what may come.
function inviting(open) {
  const says = "CSV or text, Excel, Parquet, XES or OCEL. It goes to this notebook and nowhere else.";
  const lead = make("p", { className: "cxi-lead", textContent: "Drop an event log here" });
  const small = make("p", { className: "cxi-small", textContent: says });
  return make("div", { className: "cxi-idle" }, icon(), lead, open, small);
}

// How far the file is that comes.
function arriving(cancel) {
  const bar = make("progress", { max: 1, ariaLabel: "How much of the file has arrived" });
  const [name, far] = [make("p", { className: "cxi-lead" }), make("p", { className: "cxi-small" })];
  const show = ({ name: called, size: all, received }) => {
    name.textContent = called;
    far.textContent = received < all ? `${size(received)} of ${size(all)}` : "Reading and looking at the columns";
    if (received < all) bar.value = received / all;
    else bar.removeAttribute("value");
  };
  return { element: make("div", { className: "cxi-idle" }, name, bar, far, cancel), show };
}

function dropping(zone, chosen, signal) {
  const over = (is) => (event) => {
    event.preventDefault();
    zone.classList.toggle("cxi-over", is);
  };
  const dropped = (event) => {
    over(false)(event);
    chosen([...event.dataTransfer.files]);
  };
  const listeners = { dragover: over(true), dragleave: over(false), drop: dropped };
  for (const [name, react] of Object.entries(listeners)) zone.addEventListener(name, react, { signal });
}

// The first step: a place to drop a file, a button to choose one, and what the file needs.
export function choosingFile({ model, ask, tell, signal }) {
  const send = sending(model, signal);
  const chosen = (files) => {
    if (files.length === 1) send(files[0]);
    else if (files.length) tell("These are several files. Drop one of them.");
  };
  const { endings } = model.get("facts");
  const onchange = () => {
    chosen([...input.files]);
    input.value = "";
  };
  const file = { type: "file", className: "cxi-hidden", tabIndex: -1, accept: endings.join(",") };
  const input = make("input", { ...file, ariaHidden: "true", onchange });
  const open = button("Choose a file", () => input.click(), { className: "cxi-main" });
  const cancel = button("Cancel", () => ask("cancel"));
  const [idle, coming] = [inviting(open), arriving(cancel)];
  const wrong = make("p", { className: "cxi-wrong", role: "status" });
  idle.append(wrong);
  const zone = make("div", { className: "cxi-drop" }, idle, coming.element, input);
  dropping(zone, chosen, signal);

  const update = () => {
    const receiving = model.get("receiving");
    const comes = receiving.upload !== undefined;
    const held = document.activeElement;
    idle.hidden = comes;
    coming.element.hidden = !comes;
    if (zone.contains(held)) handOn(held, open, cancel);
    if (comes) coming.show(receiving);
  };
  const speak = (text) => (wrong.textContent = text);
  return { title: "Which log?", nodes: [zone, needs()], update, speak };
}

function icon() {
  const path = shape("path", { d: "M16 21V6m-6 6 6-6 6 6M6 20v5a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2v-5" });
  return shape("svg", { viewBox: "0 0 32 32", "aria-hidden": "true", class: "cxi-icon" }, path);
}

const NEEDS = [
  ["Who", "the journey an event belongs to", "order 1001", "order 1001", "order 1002"],
  ["What", "the step that happened", "Order placed", "Paid", "Order placed"],
  ["When", "date and time", "2026-03-02 09:15", "2026-03-02 09:17", "2026-03-02 10:40"],
];

function needs() {
  const head = NEEDS.map(([word, says]) =>
    make("th", { scope: "col" }, make("strong", { textContent: word }), make("span", { textContent: says })));
  const row = (place) => make("tr", {}, ...NEEDS.map((column) => make("td", { textContent: column[place] })));
  const [top, rows] = [make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...[2, 3, 4].map(row))];
  const rule = make("strong", { textContent: "One row per event." });
  const rest = " The columns may have any names and any order; more of them are welcome.";
  const table = make("table", { className: "cxi-example" }, top, rows);
  return make("div", { className: "cxi-needs" }, make("p", {}, rule, rest), table);
}
