// A file on its way to Python, piece by piece: the next piece leaves when an earlier one has arrived.
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
  model.on("change:receiving", heard);
  signal.addEventListener("abort", () => model.off("change:receiving", heard));

  return (chosen) => {
    [file, upload, sent, pieces] = [chosen, null, 0, 0];
    model.send({ do: "begin", name: chosen.name, size: chosen.size });
  };
}

function size(bytes) {
  const [unit, factor] = bytes < 1e6 ? ["kB", 1e3] : ["MB", 1e6];
  return `${(bytes / factor).toLocaleString("en", { maximumFractionDigits: 1 })} ${unit}`;
}

// The first step: a place to drop a file, a button to choose one, and what the file needs.
function choosingFile({ model, ask, tell, signal }) {
  const send = sending(model, signal);
  const chosen = (files) => {
    if (files.length === 1) send(files[0]);
    else if (files.length) tell("These are several files. Drop one of them.");
  };
  const input = make("input", { type: "file", className: "cxi-hidden", tabIndex: -1, accept: model.get("facts").endings.join() });
  input.setAttribute("aria-hidden", "true");
  input.onchange = () => {
    chosen([...input.files]);
    input.value = "";
  };
  const open = make("button", { type: "button", className: "cxi-main", textContent: "Choose a file", onclick: () => input.click() });
  const idle = make(
    "div",
    { className: "cxi-idle" },
    icon(),
    make("p", { className: "cxi-lead", textContent: "Drop an event log here" }),
    open,
    make("p", { className: "cxi-small", textContent: "CSV or text, Excel, Parquet, XES or OCEL. It goes to this notebook and nowhere else." }),
  );
  const bar = make("progress", { max: 1, ariaLabel: "How much of the file has arrived" });
  const [name, far] = [make("p", { className: "cxi-lead" }), make("p", { className: "cxi-small" })];
  const cancel = make("button", { type: "button", textContent: "Cancel", onclick: () => ask("cancel") });
  const coming = make("div", { className: "cxi-idle" }, name, bar, far, cancel);
  const zone = make("div", { className: "cxi-drop" }, idle, coming, input);

  const over = (is) => (event) => {
    event.preventDefault();
    zone.classList.toggle("cxi-over", is);
  };
  zone.addEventListener("dragover", over(true), { signal });
  zone.addEventListener("dragleave", over(false), { signal });
  zone.addEventListener("drop", over(false), { signal });
  zone.addEventListener("drop", (event) => chosen([...event.dataTransfer.files]), { signal });

  const update = () => {
    const { upload, name: called, size: all, received } = model.get("receiving");
    const comes = upload !== undefined;
    const held = document.activeElement;
    idle.hidden = comes;
    coming.hidden = !comes;
    if (zone.contains(held)) handOn(held, open, cancel);
    if (!comes) return;
    name.textContent = called;
    far.textContent = received < all ? `${size(received)} of ${size(all)}` : "Reading and looking at the columns";
    if (received < all) bar.value = received / all;
    else bar.removeAttribute("value");
  };
  return { title: "Which log?", nodes: [zone, needs()], update };
}

function icon() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 32 32", "aria-hidden": "true", class: "cxi-icon" })) svg.setAttribute(key, value);
  path.setAttribute("d", "M16 21V6m-6 6 6-6 6 6M6 20v5a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2v-5");
  svg.append(path);
  return svg;
}

const NEEDS = [
  ["Who", "the journey an event belongs to", "order 1001", "order 1001", "order 1002"],
  ["What", "the step that happened", "Order placed", "Paid", "Order placed"],
  ["When", "date and time", "2026-03-02 09:15", "2026-03-02 09:17", "2026-03-02 10:40"],
];

function needs() {
  const cell = (tag, properties) => (column) => make(tag, properties(column));
  const head = NEEDS.map(([word, says]) => make("th", { scope: "col" }, make("strong", { textContent: word }), make("span", { textContent: says })));
  const rows = [2, 3, 4].map((row) => make("tr", {}, ...NEEDS.map(cell("td", (column) => ({ textContent: column[row] })))));
  const table = make("table", { className: "cxi-example" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
  return make(
    "div",
    { className: "cxi-needs" },
    make("p", {}, make("strong", { textContent: "One row per event." }), " The columns may have any names and any order; more of them are welcome."),
    table,
  );
}
