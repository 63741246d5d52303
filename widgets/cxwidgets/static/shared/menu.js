// A menu: a button, and what it opens above everything else. Escape and a click elsewhere close it.
import { button, make } from "./make.js";

const GAP = 4;
const EDGE = 8;

// Below its button and in the window, or above where there is no room.
function placed(body, opener) {
  const { left, top, bottom } = opener.getBoundingClientRect();
  const { width, height } = body.getBoundingClientRect();
  const below = bottom + GAP + height <= innerHeight - EDGE;
  body.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  body.style.top = `${below ? bottom + GAP : Math.max(EDGE, top - GAP - height)}px`;
}

// `opened` is called each time before it is looked at.
export function menu({ words, label = words, className = "" }, opened = () => {}) {
  const body = make("div", { className: "cxw-menu", popover: "auto", role: "group", ariaLabel: label });
  const opener = button(words, () => {}, { ariaLabel: label, title: label, className: `cxw-opener ${className}` });
  opener.popoverTargetElement = body;
  body.addEventListener("beforetoggle", ({ newState }) => newState === "open" && opened());
  body.addEventListener("toggle", ({ newState }) => newState === "open" && placed(body, opener));
  const element = make("span", { className: "cxw-menu-of" }, opener, body);
  return { element, opener, body, close: () => body.matches(":popover-open") && body.hidePopover() };
}
