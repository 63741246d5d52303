(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  function themes() {
    const group = document.querySelector(".cx-themes");
    const show = () => all("button", group).forEach((button) =>
      button.setAttribute("aria-pressed", String(button.value === (root.dataset.theme ?? "auto"))));
    group.addEventListener("click", ({ target }) => {
      if (!target.value) return;
      if (target.value === "auto") delete root.dataset.theme;
      else root.dataset.theme = target.value;
      try { localStorage.setItem("cx-theme", target.value); } catch {}
      show();
    });
    group.hidden = false;
    show();
  }

  function contents() {
    const headings = all("main :is(h1, h2, h3)").filter((heading) => heading.checkVisibility?.() ?? true);
    const toc = document.querySelector(".cx-toc");
    if (headings.length < 2 || !toc) return;
    const levels = [...new Set(headings.map(({ localName }) => localName))].sort();
    const chapters = levels.length > 1;
    const links = headings.map((heading, number) => {
      heading.id ||= `section-${number + 1}`;
      const link = document.createElement("a");
      link.href = `#${encodeURIComponent(heading.id)}`;
      link.textContent = label(heading);
      const depth = levels.indexOf(heading.localName);
      link.className = depth === 0 && chapters ? "cx-chapter" : `cx-deep-${depth}`;
      const item = document.createElement("li");
      item.append(link);
      toc.querySelector("ol").append(item);
      return link;
    });
    toc.hidden = false;
    document.querySelector(".cx-page").classList.add("cx-with-toc");
    fold(toc.querySelector("details"));
    follow(headings, links);
  }

  function label(heading) {
    const copy = heading.cloneNode(true);
    all(".anchor-link", copy).forEach((anchor) => anchor.remove());
    return copy.textContent.trim();
  }

  function fold(details) {
    const narrow = matchMedia("(max-width: 800px)");
    const set = () => { details.open = !narrow.matches; };
    narrow.addEventListener("change", set);
    set();
  }

  function follow(headings, links) {
    let current, asked;
    const mark = () => {
      asked = false;
      const end = scrollY > 0 && innerHeight + scrollY >= root.scrollHeight - 2;
      const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight * 0.3).length;
      const next = links[end ? links.length - 1 : Math.max(0, passed - 1)];
      if (next === current) return;
      current?.removeAttribute("aria-current");
      next.setAttribute("aria-current", "true");
      current = next;
    };
    addEventListener("scroll", () => { if (!asked) { asked = true; requestAnimationFrame(mark); } }, { passive: true });
    mark();
  }

  // The live chart is drawn out of sight and takes the picture's place only when it is whole.
  async function live(figure, config) {
    const picture = figure.querySelector(".cx-picture");
    const chart = document.createElement("div");
    chart.className = "cx-picture cx-chart cx-drawing";
    figure.append(chart);
    try {
      const spec = JSON.parse(figure.querySelector("script.cx-spec").textContent);
      await window.__cx_vega.vegaEmbed(chart, spec, {
        mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false,
        config, tooltip: { theme: "cx", disableDefaultStyle: true },
      });
      chart.classList.remove("cx-drawing");
      if (picture) picture.replaceWith(chart);
      else figure.prepend(chart);
      figure.classList.add("cx-drawn");
    } catch (error) {
      chart.remove();
      console.warn("The chart stays a picture:", error);
    }
  }

  async function charts() {
    if (!window.__cx_vega) return;
    const config = JSON.parse(document.getElementById("cx-config").textContent);
    for (const figure of all("figure.cx-figure:has(script.cx-spec)")) await live(figure, config);
    root.classList.add("cx-charted");
  }

  // Numbers stand right, as the style sheet has them; columns of words stand left.
  function columns() {
    const number = /^[\s\d.,:%+\-\u2013\u2212\u221E<>\u202F\u00A0]*(?:\s?(?:%|[a-z\u00B5]{1,3}|\p{Sc}))?$|^(?:nan|none)$/iu;
    for (const table of all("main table")) {
      const rows = all("tbody tr", table);
      const width = rows[0]?.children.length ?? 0;
      for (let column = 0; column < width; column++) {
        const cells = rows.map((row) => row.children[column]).filter(Boolean);
        if (cells.every((cell) => number.test(cell.textContent))) continue;
        all(`tr > :nth-child(${column + 1})`, table).forEach((cell) => cell.classList.add("cx-words"));
      }
    }
  }

  // On paper: light colours, and tables unfolded where they are small enough to belong there.
  function paper() {
    const SHORT = 20, NARROW = 10;
    const fits = (details) =>
      all("tr", details).length <= SHORT && (details.querySelector("tr")?.children.length ?? 0) <= NARROW;
    let theme, unfolded;
    addEventListener("beforeprint", () => {
      theme = root.dataset.theme;
      root.dataset.theme = "light";
      unfolded = all("main details:not([open])").filter(fits);
      unfolded.forEach((details) => { details.open = true; });
    });
    addEventListener("afterprint", () => {
      if (theme) root.dataset.theme = theme;
      else delete root.dataset.theme;
      unfolded.forEach((details) => { details.open = false; });
    });
  }

  document.addEventListener("cx-whole", contents);
  themes();
  contents();
  columns();
  paper();
  charts();
})();
