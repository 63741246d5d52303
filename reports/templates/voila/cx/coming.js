// How a page comes alive. The front end asks the kernel for its panels once, with a time limit, and does not ask again:
// on a busy machine a page stays a picture for good. So this looks what is missing, asks again, and says that it waits.
// What was clicked meanwhile is kept.
(() => {
  const LOOK = 1_000;
  const LOOKS = 10;
  const SAID_AFTER = 4; // seconds
  const GIVEN_UP_AFTER = 120;
  const MARKS = ["key", "activity", "source", "target", "variant"];
  const WHOLE = ".jupyter-widgets:not(.jp-OutputArea-output), section[aria-label]";
  const FAILED = ".jupyter-widgets-error-widget";
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const SHORT = 2_000;
  const begun = Date.now();

  // The front end gives a panel's script two seconds. After them the panel is drawn all the same, and never hears an
  // answer.
  const limit = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (time) => limit(time === SHORT ? GIVEN_UP_AFTER * 1_000 : time);

  let asking = false, expected = [], kept = [];

  const say = (news, seconds) => document.dispatchEvent(new CustomEvent("cx-coming", { detail: { news, seconds } }));

  // ---- panels that are expected, and where ----
  function collect() {
    const scripts = document.querySelectorAll('.cx-output > script[type="application/vnd.voila.cell-output+json"]');
    return [...scripts].flatMap((script) => {
      const id = JSON.parse(script.textContent).data?.[VIEW]?.model_id;
      return id ? [{ id, output: script.parentElement }] : [];
    });
  }

  const stands = ({ output }) => output.querySelector(WHOLE) && !output.querySelector(FAILED);

  // A panel whose model came after the front end had given it up is put in its place.
  async function place(manager, { id, output }) {
    const slot = output.querySelector(":scope > .jp-OutputArea-output");
    if (!slot || slot.dataset.placed) return;
    slot.dataset.placed = "true";
    const view = await manager.create_view(await manager.get_model(id));
    slot.replaceChildren();
    view.luminoWidget.constructor.attach(view.luminoWidget, slot);
  }

  // A model that failed because another one was missing is no model: it is asked for anew.
  async function forget(manager, { id, output }) {
    if (!output.querySelector(FAILED) || !manager.has_model(id)) return;
    const model = await manager.get_model(id);
    model.trigger("comm:close", model);
    const slot = output.querySelector(":scope > .jp-OutputArea-output");
    slot.replaceChildren();
    delete slot.dataset.placed;
  }

  // Only when the front end thinks that it is done: asked twice at a time, it makes two of each panel, and one is deaf.
  async function mend(manager, missing) {
    if (asking || !manager.restoredStatus) return;
    await Promise.all(missing.map((panel) => forget(manager, panel)));
    const there = missing.filter(({ id }) => manager.has_model(id));
    await Promise.allSettled(there.map((panel) => place(manager, panel)));
    if (there.length === missing.length) return;
    asking = true;
    manager.restoreWidgets().finally(() => { asking = false; });
  }

  async function look() {
    const missing = expected.filter((panel) => !stands(panel));
    replay();
    if (!missing.length) return say("whole");
    const manager = window.jupyterapp?.widgetManager;
    if (manager) await mend(manager, missing);
    const seconds = Math.round((Date.now() - begun) / 1000);
    if (seconds > GIVEN_UP_AFTER) say("dumb");
    else if (seconds > SAID_AFTER) say("coming", seconds);
    setTimeout(look, LOOK);
  }

  // ---- clicks on pictures whose panels are not there yet ----
  function keep(event) {
    const standing = event.target.closest?.(".cx-standing");
    const mark = standing && event.target.closest(MARKS.map((name) => `[data-${name}]`).join());
    if (!mark) return;
    const names = MARKS.filter((name) => name in mark.dataset);
    const selector = names.map((name) => `[data-${name}="${CSS.escape(mark.dataset[name])}"]`).join("");
    const how = { bubbles: true, cancelable: true, shiftKey: event.shiftKey };
    kept.push({ output: standing.closest(".cx-output"), selector, how, looks: 0 });
    mark.dataset.kept = "true";
    say("kept");
  }

  function replay() {
    const waiting = [];
    for (const click of kept) {
      const panel = click.output.querySelector("section[aria-label]");
      const mark = panel?.querySelector(click.selector);
      if (mark) mark.dispatchEvent(new MouseEvent("click", click.how));
      else if (panel && (click.looks += 1) > LOOKS) say("lost");
      else waiting.push(click);
    }
    kept = waiting;
    if (kept.length && expected.every(stands)) setTimeout(replay, LOOK);
  }

  document.addEventListener("click", keep, true);
  document.addEventListener("cx-whole", () => {
    expected = collect();
    look();
  });
})();
