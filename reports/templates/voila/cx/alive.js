// Whether what stands on the page can still be asked. A page whose kernel has ended says so and stays readable; one
// whose kernel is busy says for how long, and one that is stuck how to go on.
(() => {
  const POLL = 5_000;
  const PATIENCE = 10_000;
  const BUSY_AFTER = 3_000;
  const STUCK_AFTER = 25_000;
  const READ = 8_000;
  const TRIES = 2;
  const SAYS = {
    ended: ["What computes this page has ended. The figures stand as they were.", "Reopen at the same selection"],
    silent: ["The app does not answer. It may have been stopped. The figures stand as they were.", "Try again"],
    locked: ["The app was started again. Open it at its new address.", "Try again"],
    dumb: ["Parts of this page did not come alive.", "Reopen at the same selection"],
  };
  const KEPT = "Your click is kept. It is answered as soon as the panels are there.";
  const LOST = "A click could not be kept. Please click again.";
  const root = document.documentElement;
  const bar = document.querySelector(".cx-gone");
  const button = bar.querySelector("button");
  const sign = document.createElement("p");
  sign.className = "cx-busy";
  sign.setAttribute("role", "status");
  sign.hidden = true;
  bar.after(sign);

  // ---- whether there is a kernel: asked again and again, since one that ended says nothing ----
  let how = "", timer, left = false, whole = false;
  const session = () => JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "null");

  function tell(news) {
    if (how === news) return;
    how = news;
    if (news === "ended" && !whole && again()) return;
    const [text, doing] = SAYS[news] ?? ["", ""];
    bar.firstElementChild.textContent = text;
    button.textContent = doing;
    bar.hidden = !text;
    root.toggleAttribute("data-gone", Boolean(text) && news !== "dumb");
    if (news === "ended") document.dispatchEvent(new Event("cx-gone"));
  }

  // A kernel that ended before its page was alive, such as one that died waiting, has nothing to lose: the page opens
  // anew.
  function again() {
    const tries = Number(sessionStorage.getItem("cx-tries") ?? 0);
    sessionStorage.setItem("cx-tries", tries + 1);
    if (tries < TRIES) location.reload();
    return tries < TRIES;
  }

  async function watch() {
    clearTimeout(timer);
    const { baseUrl, kernelId } = session();
    const asked = { signal: AbortSignal.timeout(PATIENCE), cache: "no-store" };
    const answer = await fetch(`${baseUrl}api/kernels/${kernelId}`, asked).catch(() => null);
    if (left) return;
    if (answer?.status === 404) return tell("ended");
    if (how !== "ended" && how !== "dumb") tell(answer ? (answer.status === 403 ? "locked" : "") : "silent");
    timer = setTimeout(watch, POLL);
  }

  // The address carries the selection, so a reload opens the page where it was.
  button.addEventListener("click", () => (how === "ended" || how === "dumb" ? location.reload() : watch()));
  document.addEventListener("cx-gone", () => tell("ended"));
  document.addEventListener("cx-whole", watch);
  document.addEventListener("visibilitychange", () => { if (timer && !document.hidden) watch(); });

  // The front end ends the kernel with its page, but only once it is up itself.
  addEventListener("pagehide", () => {
    left = true;
    const held = session();
    if (held) navigator.sendBeacon(`${held.baseUrl}voila/api/shutdown/${held.kernelId}`);
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // ---- whether it answers: what was sent to it, and is not done ----
  const sent = new Map();
  let heard = Date.now(), note = "", noted = 0;

  function listen(kernel) {
    kernel.anyMessage.connect((_, { msg, direction }) => {
      const { msg_id: id, msg_type: type } = msg.header;
      if (direction === "send") {
        if (msg.channel === "shell" && type.startsWith("comm_")) sent.set(id, Date.now());
        return;
      }
      heard = Date.now();
      if (type === "status" && msg.content.execution_state === "idle") sent.delete(msg.parent_header.msg_id);
    });
  }

  // What the sign says: how long the page has been waiting, and for what.
  function wording() {
    if (note) return note;
    const [first] = sent.values();
    const waited = first ? Date.now() - first : 0;
    const seconds = Math.round(waited / 1000);
    if (waited > STUCK_AFTER && Date.now() - heard > STUCK_AFTER) return `No answer for ${seconds} s.`;
    return waited > BUSY_AFTER ? `Computing, ${seconds} s.` : "";
  }

  function show() {
    if (note && Date.now() - noted > READ) note = "";
    const text = how ? "" : wording();
    sign.hidden = !text;
    if (!text || sign.firstChild?.data === text) return;
    sign.replaceChildren(text, ...(text.startsWith("No answer") ? [reopening()] : []));
  }

  function reopening() {
    const reopen = document.createElement("button");
    reopen.type = "button";
    reopen.textContent = SAYS.ended[1];
    reopen.addEventListener("click", () => location.reload());
    return reopen;
  }

  document.addEventListener("cx-coming", ({ detail: { news, seconds } }) => {
    if (news === "dumb") return tell("dumb");
    if (news === "whole") {
      whole = true;
      sessionStorage.removeItem("cx-tries");
      const kernel = window.jupyterapp?.widgetManager?.kernel;
      if (kernel) listen(kernel);
      if (how === "dumb") tell("");
    }
    noted = Date.now();
    const coming = `The panels are on their way, ${seconds} s. What you click is kept.`;
    note = { coming, kept: KEPT, lost: LOST }[news] ?? "";
    show();
  });
  setInterval(show, 500);
})();
