// A bet before the answer is seen: a small form, and then how near it came.
import { button, make } from "../shared/make.js";
import { panel } from "../shared/panel.js";

const labelled = (words, field) => make("label", { className: "cxw-bet" }, make("span", { textContent: words }), field);

function choice(steps, label) {
  const options = ["", ...steps].map((value) => make("option", { value, textContent: value || "no bet" }));
  return make("select", { ariaLabel: label }, ...options);
}

function form({ ask, model }) {
  const { steps, ends } = model.get("facts");
  const goal = make("input", { type: "text", inputMode: "decimal", placeholder: "per cent", size: 9 });
  const again = choice(steps, "What most journeys do twice or more");
  const first = choice(steps, "The step before the longest wait");
  const then = choice(steps, "The step after the longest wait");
  const by = make("input", { type: "text", maxLength: 60, placeholder: "your name" });
  const place = (event) => {
    event.preventDefault();
    ask("place", { goal: goal.value, again: again.value, first: first.value, then: then.value, by: by.value });
  };
  const send = make("button", { type: "submit", textContent: "Place the bet" });
  return make(
    "form",
    { className: "cxw-betting", onsubmit: place },
    make("p", { textContent: "Bet before you look: what do you believe of the whole log? A bet stays as it is placed." }),
    ...(ends ? [labelled("Of ended journeys reach their goal", goal)] : []),
    labelled("Most journeys do this twice or more", again),
    labelled("All together wait longest from", first),
    labelled("to", then),
    labelled("By", by),
    send,
  );
}

export default {
  render: (given) =>
    panel(given, (context) => {
      const { ask, body, model, tools } = context;
      const { form: asks } = model.get("facts");
      if (asks) body.replaceChildren(form(context));
      tools.replaceChildren(...(asks === false ? [button("Another bet", () => ask("more"))] : []));
    }),
};
