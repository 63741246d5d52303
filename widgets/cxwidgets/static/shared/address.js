// The address of a page of the app says what is selected: `#s=` the store, `r=` the choices. So reload, back, forward,
// other pages, and a link that is sent to somebody, show the same. Python writes these words and reads them; here they
// are only letters.
import { watch } from "./make.js";

const speaks = (hash) => hash.length < 2 || /^#[rs]=/u.test(hash);

function read(hash) {
  const words = new URLSearchParams(hash.slice(1));
  return { store: words.get("s") ?? "", choices: words.get("r") ?? "" };
}

function written({ store, choices }) {
  const words = [store && `s=${encodeURIComponent(store)}`, choices && `r=${choices}`].filter(Boolean);
  return words.length ? `#${words.join("&")}` : location.pathname + location.search;
}

// What the head of the page says of the journeys, once they are others.
function heading(about) {
  for (const [label, text] of Object.entries(about)) {
    const term = [...document.querySelectorAll(".cx-facts dt")].find((node) => node.textContent === label);
    if (term) term.nextElementSibling.textContent = text;
  }
}

function initialize({ model, signal }) {
  let asked = model.get("facts").followed;
  let said = read(speaks(location.hash) ? location.hash : "");
  const same = (one, other) => one.store === other.store && one.choices === other.choices;
  const follow = () => {
    if (!speaks(location.hash)) {
      history.replaceState(null, "", written(said)); // a jump within the page was made; what is shown stays said
      return;
    }
    said = read(location.hash);
    asked += 1;
    model.send({ do: "follow", ...said });
  };
  const told = () => {
    const facts = model.get("facts");
    heading(facts.about);
    if (facts.followed < asked || same(facts, said)) return;
    said = { store: facts.store, choices: facts.choices };
    if (facts.step) history.pushState(null, "", written(said));
    else history.replaceState(null, "", written(said));
  };
  watch(model, { facts: told }, signal);
  window.addEventListener("popstate", follow, { signal });
  if (said.store || said.choices) follow();
  else told();
}

export default { initialize };
