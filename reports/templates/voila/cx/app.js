(() => {
  const root = document.documentElement, body = document.body;
  const POLL = 15_000;
  const EXPIRED = "Your session has expired. Reload the page to start again.";
  const SILENT = "The app does not answer. It may have been stopped.";

  // What the server and the front end call while the page grows.
  window.voila_process = window.voila_heartbeat = window.display_cells = () => {};
  window.voila_finish = () => {
    document.querySelector(".cx-starting").hidden = true;
    document.dispatchEvent(new Event("cx-whole"));
    watch();
  };

  // JupyterLab's own parts take the theme from the body, whatever set it last.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  function theme() {
    const light = String((root.dataset.theme ?? (dark.matches ? "dark" : "light")) === "light");
    if (body.dataset.jpThemeLight !== light) body.dataset.jpThemeLight = light;
  }
  new MutationObserver(theme).observe(root, { attributeFilter: ["data-theme"] });
  new MutationObserver(theme).observe(body, { attributeFilter: ["data-jp-theme-light"] });
  dark.addEventListener("change", theme);
  theme();

  // A picture stands where a panel will be until the panel is there.
  new MutationObserver((changes, observer) => {
    for (const panel of document.querySelectorAll(".cx-standing ~ * section[aria-label]")) {
      panel.closest(".cx-output").querySelector(":scope > .cx-standing")?.remove();
    }
    if (document.readyState === "complete" && !document.querySelector(".cx-standing")) observer.disconnect();
  }).observe(body, { childList: true, subtree: true });

  function session() {
    const config = document.getElementById("jupyter-config-data");
    return config && JSON.parse(config.textContent);
  }

  // From page to page of the book goes what the address says is shown.
  let shown = "";
  const carried = () => (/^#[rs]=/u.test(location.hash) ? (shown = location.hash) : shown);
  carried();
  for (const name of ["pointerdown", "keydown", "click"]) {
    document.querySelector(".cx-book")?.addEventListener(name, ({ target }) => {
      const link = target.closest("a");
      if (link) link.hash = carried();
    });
  }

  // The front end ends the kernel with its page, but only once it is up itself.
  addEventListener("pagehide", () => {
    const held = session();
    if (held) navigator.sendBeacon(`${held.baseUrl}voila/api/shutdown/${held.kernelId}`);
  });

  // A kernel that was ended says nothing, so the page asks. One that died was begun anew under its old name and knows
  // nothing of the page: its panels find out.
  const bar = document.querySelector(".cx-gone");
  bar.querySelector("button").addEventListener("click", () => location.reload());
  let timer, begunAnew = false;
  document.addEventListener("cx-gone", () => { begunAnew = true; say(EXPIRED); });
  async function watch() {
    clearTimeout(timer);
    const { baseUrl, kernelId } = session();
    const answer = await fetch(`${baseUrl}api/kernels/${kernelId}`).catch(() => null);
    const { execution_state: state } = answer?.ok ? await answer.json() : {};
    say(answer === null ? SILENT : answer.status === 404 || begunAnew ? EXPIRED : "");
    if (state === "idle") document.dispatchEvent(new Event("cx-idle"));
    if (answer?.status !== 404) timer = setTimeout(watch, POLL);
  }
  function say(text) {
    bar.firstElementChild.textContent = text;
    bar.hidden = !text;
  }
  document.addEventListener("visibilitychange", () => { if (timer && !document.hidden) watch(); });
})();
