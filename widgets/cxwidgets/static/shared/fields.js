// Fields of forms that several facets have: a label around one, a choice of several, a length of time.
import { make } from "./make.js";

const UNITS = { min: "minutes", h: "hours", d: "days" };
const SECONDS = { s: 1, min: 60, h: 3_600, d: 86_400 };

export const labelled = (words, input) => make("label", {}, words, " ", input);
export const chosen = (options, value, more = {}) =>
  make("select", more, ...options.map(([key, words]) => make("option", { value: key, textContent: words, selected: key === value })));

// A length of time as a number and its unit.
export function lengthed(label, text) {
  const [, amount, unit] = /^([\d.]+)\s*(s|min|h|d)/u.exec(text ?? "") ?? [];
  const value = make("input", { type: "number", min: 0, step: "any", value: amount ?? "", ariaLabel: label });
  const units = chosen(Object.entries(UNITS), unit in UNITS ? unit : "d", { ariaLabel: `unit of ${label}` });
  if (unit === "s") value.value = amount / SECONDS.d;
  return { read: () => (value.value === "" ? undefined : `${value.value}${units.value}`), parts: [value, units] };
}
