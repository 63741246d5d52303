(() => {
  const root = document.documentElement, body = document.body;

  // What the server and the front end call while the page grows.
  window.voila_process = window.voila_heartbeat = window.display_cells = () => {};
  window.voila_finish = () => {
    document.querySelector(".cx-starting").hidden = true;
    document.dispatchEvent(new Event("cx-whole"));
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
})();
