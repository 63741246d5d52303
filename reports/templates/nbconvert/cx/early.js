// Before the first paint, so that no page flashes in the other theme.
try {
  const theme = localStorage.getItem("cx-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {}
document.documentElement.classList.add("cx-live");
