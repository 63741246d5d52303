// Asks Python whether it still answers when there is a reason to doubt it: the front end has lost what it talked to. The
// app knows better, and says when the kernel of its page is gone.
import { watch } from "./make.js";

const PATIENCE = 5_000;

export function doubting({ model, ask, signal }, tell) {
  let timer;
  let told = true;
  const answers = (does) => {
    clearTimeout(timer);
    if (does !== told) tell((told = does));
  };
  const doubt = () => {
    clearTimeout(timer);
    timer = setTimeout(() => answers(false), PATIENCE);
    try {
      ask("beat", { beat: crypto.randomUUID() });
    } catch {
      answers(false);
    }
  };
  watch(model, { beat: () => answers(true) }, signal);
  model.on("comm_live_update", doubt);
  document.addEventListener("cx-gone", () => answers(false), { signal });
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    model.off("comm_live_update", doubt);
  });
}
