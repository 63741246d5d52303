// Saved views, the history, and the link: what was shown before can be shown again.
import { button, make } from "../shared/make.js";
import { menu } from "../shared/menu.js";
import { panel } from "../shared/panel.js";

const PATIENCE = 4_000;

// A button that does something only when it is clicked twice.
function twice(words, sure, act, label) {
  const element = button(words, () => {
    if (element.textContent === sure) {
      act();
      return;
    }
    element.textContent = sure;
    setTimeout(() => (element.textContent = words), PATIENCE);
  }, { ariaLabel: label, title: label });
  return element;
}

// The text of a name, sent when Enter is pressed or the button is clicked.
function naming(words, label, send) {
  const name = make("input", { type: "text", maxLength: 60, placeholder: label, ariaLabel: label, autocomplete: "off" });
  const onsubmit = (event) => {
    event.preventDefault();
    if (name.value.trim()) send(name.value.trim());
  };
  const submit = make("button", { type: "submit", textContent: words });
  return { name, form: make("form", { className: "cxw-naming", onsubmit }, name, submit) };
}

function view(name, ask, close) {
  const row = make("li", { className: "cxw-view" });
  const open = button(name, () => {
    ask("open", { name });
    close();
  }, { className: "cxw-link" });
  const rename = () => {
    const { name: text, form } = naming("Rename", `New name of ${name}`, (other) => ask("rename", { name, other }));
    text.value = name;
    row.replaceChildren(form);
    text.focus();
  };
  const drop = twice("Delete", "Really delete?", () => ask("delete", { name }), `Delete the view ${name}`);
  row.append(open, button("Rename", rename, { ariaLabel: `Rename the view ${name}` }), drop);
  return row;
}

function viewing(ask) {
  const { element, body, close } = menu({ words: "Views", label: "Saved views" }, () => ask("look"));
  const list = make("ul", { className: "cxw-list" });
  const replace = button("Replace it", () => ask("save", { name: name.value.trim(), replace: true }), { hidden: true });
  const save = (text) => ask("save", { name: text, replace: false });
  const { name, form } = naming("Save", "Name of what is shown now", save);
  form.append(replace);
  const told = make("p", { className: "cxw-hint", role: "status" });
  body.append(form, told, list);
  const update = (facts) => {
    replace.hidden = !facts.taken;
    told.textContent = facts.told;
    if (facts.saved) name.value = "";
    const none = make("li", { className: "cxw-hint", textContent: "No view has been saved yet." });
    const rows = facts.views.map((text) => view(text, ask, close));
    list.replaceChildren(...(rows.length ? rows : [none]));
  };
  return { element, update };
}

function remembering(ask) {
  const { element, body, close } = menu({ words: "History", label: "The last changes" });
  const list = make("ol", { className: "cxw-list" });
  body.append(list);
  const entry = ({ words, back }) => {
    const go = () => {
      ask("back", { steps: back });
      close();
    };
    const node = back
      ? button(words, go, { className: "cxw-link" })
      : make("b", { textContent: words, ariaCurrent: "true" });
    return make("li", {}, node);
  };
  return { element, update: ({ history }) => list.replaceChildren(...history.map(entry)) };
}

function linking() {
  const copy = button("Copy link", async () => {
    const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    copy.textContent = copied ? "Copied" : "Not allowed here";
    setTimeout(() => (copy.textContent = "Copy link"), 2_000);
  }, { title: "A link that shows the same to everybody who may open this app" });
  return copy;
}

function render(given) {
  let parts = null;
  return panel(given, ({ body, tools, ask, model }) => {
    const facts = model.get("facts");
    if (!parts) {
      parts = [viewing(ask), remembering(ask)];
      tools.replaceChildren(...parts.map(({ element }) => element), ...(facts.linked ? [linking()] : []));
    }
    for (const part of parts) part.update(facts);
    body.hidden = true;
  });
}

export default { render };
