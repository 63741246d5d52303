// What a panel shows, as a file: its picture made here out of what is seen, its table by Python. Both say what they are
// of, how many, and from which day.
import { button, make, shape } from "./make.js";
import { menu } from "./menu.js";

const INHERITED = [
  "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
  "stroke-linecap", "stroke-linejoin", "paint-order", "font-family", "font-size", "font-style", "font-weight",
  "letter-spacing", "text-anchor", "dominant-baseline", "visibility", "marker-end",
];
const OWN = { opacity: "1", "stop-color": "rgb(0, 0, 0)", "stop-opacity": "1", "vector-effect": "none" };
const DROPPED = /^(?:class|style|tabindex|role|on.*|data-.*|aria-.*)$/u;
const KINDS = { png: "image/png", svg: "image/svg+xml", csv: "text/csv", xlsx: "application/octet-stream" };
const SAYS = { png: "Picture (PNG)", svg: "Picture (SVG)", csv: "Table (CSV)", xlsx: "Table (Excel)" };
const [MARGIN, LINE, LETTER, SHARPNESS, LARGEST] = [16, 18, 6.6, 2, 8_000];
const [SMALLEST, MOST_LINES] = [40, 4];

// The drawing with everything that the page's style gives it written out, and what is not seen left out.
function written(node, above) {
  const style = getComputedStyle(node);
  if (style.display === "none" || node.localName === "style") return null;
  const copy = node.cloneNode(false);
  for (const { name } of [...copy.attributes]) if (DROPPED.test(name)) copy.removeAttribute(name);
  for (const name of INHERITED) {
    const value = style.getPropertyValue(name);
    if (value && value !== above?.getPropertyValue(name)) copy.setAttribute(name, value);
  }
  for (const [name, usual] of Object.entries(OWN)) {
    const value = style.getPropertyValue(name);
    if (value && value !== usual) copy.setAttribute(name, value);
  }
  for (const child of node.childNodes) {
    const inside = child.nodeType === Node.ELEMENT_NODE ? written(child, style) : child.cloneNode();
    if (inside) copy.append(inside);
  }
  return copy;
}

// A text in lines that fit.
function lined(text, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length * LETTER > width && lines.at(-1)) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES - 1), `${lines[MOST_LINES - 1]} …`] : lines;
}

const drawings = (body) =>
  [...body.querySelectorAll("svg")]
    .filter((svg) => !svg.parentElement.closest("svg"))
    .map((svg) => [svg, svg.getBoundingClientRect()])
    .filter(([, { width, height }]) => width > SMALLEST && height > SMALLEST);

// Title, drawings below each other, and what they are of.
function composed({ root, body }, { title, lines }) {
  const parts = drawings(body);
  const width = Math.max(...parts.map(([, part]) => part.width)) + 2 * MARGIN;
  const { backgroundColor, color, fontFamily } = getComputedStyle(root);
  const page = shape("svg", { xmlns: "http://www.w3.org/2000/svg", "font-family": fontFamily, fill: color });
  let y = MARGIN;
  const say = (words, size, weight) => {
    for (const line of lined(words, (width - 2 * MARGIN) * (13 / size))) {
      y += LINE;
      page.append(shape("text", { x: MARGIN, y, "font-size": size, "font-weight": weight }, line));
    }
  };
  const named = parts.some(([svg]) => [...svg.querySelectorAll("text")].some((text) => text.textContent === title));
  page.append(shape("title", {}, title));
  if (!named) say(title, 16, 600);
  y += MARGIN / 2;
  for (const [svg, { width: wide, height: high }] of parts) {
    const copy = written(svg, null);
    if (!copy.hasAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    for (const [name, value] of Object.entries({ x: MARGIN, y, width: wide, height: high })) copy.setAttribute(name, value);
    page.append(copy);
    y += high;
  }
  for (const line of lines) say(line, 13, 400);
  const height = Math.ceil(y + MARGIN);
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) {
    page.setAttribute(name, value);
  }
  page.prepend(shape("rect", { width, height, fill: backgroundColor }));
  return { text: new XMLSerializer().serializeToString(page), width, height };
}

async function painted({ text, width, height }) {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([text], { type: KINDS.svg }));
  await image.decode();
  const scale = Math.min(SHARPNESS, LARGEST / Math.max(width, height));
  const canvas = make("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, KINDS.png);
  });
}

function saved(blob, name) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// A picture that Python drew because the page shows rows instead, laid out for a moment where nobody sees it.
async function aside(root, buffers, act) {
  const body = make("div", { className: "cxw-aside", innerHTML: await new Blob(buffers).text() });
  root.append(body);
  try {
    return act({ root, body });
  } finally {
    body.remove();
  }
}

// What Python sends when it was asked for a file: what the file says, and of a table all of it.
async function received(parts, { form, name, about }, buffers) {
  if (form === "csv" || form === "xlsx") {
    saved(new Blob(buffers, { type: KINDS[form] }), name);
    return;
  }
  const compose = (seen) => composed(seen, about);
  const picture = buffers.length ? await aside(parts.root, buffers, compose) : compose(parts);
  saved(form === "png" ? await painted(picture) : new Blob([picture.text], { type: KINDS.svg }), name);
}

export function exporting({ model, root, body, said, ask, signal }) {
  if (!model.get("exports").length) return;
  const page = crypto.randomUUID();
  const refuse = (why) => {
    said.textContent = why;
    said.hidden = false;
  };
  const { element, body: list, close } = menu({ words: "⤓", label: "Export", className: "cxw-save" }, () => {
    const forms = new Set([...(drawings(body).length ? ["png", "svg"] : []), ...model.get("exports")]);
    const entry = (form) => button(SAYS[form], () => {
      close();
      ask("export", { form, page });
    });
    list.replaceChildren(...[...forms].map(entry));
  });
  root.append(make("div", { className: "cxw-export" }, element));
  const hear = (content, buffers) => {
    if (content.page !== page) return;
    if (content.refused) refuse(content.refused);
    else received({ root, body }, content, buffers).catch(() => refuse("The picture could not be made."));
  };
  model.on("msg:custom", hear);
  signal.addEventListener("abort", () => model.off("msg:custom", hear));
}
