// A chart: the picture that Python drew stands until the live chart is whole, and for good where none can be drawn.
import { focusing } from "./focus.js";
import { make, shape } from "./make.js";
import { panel } from "./panel.js";

const LIVE = {
  mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false,
  tooltip: { theme: "cx", disableDefaultStyle: true },
};

// The library is fetched and run once for all charts of the page.
async function library(model, host) {
  const vega = await (globalThis.__cx_library ??= loaded(model, host).catch(() => null));
  if (!vega) globalThis.__cx_library = undefined;
  return vega;
}

async function loaded(model, host) {
  const lib = await host.getModel(model.get("lib"));
  if (!lib.get("source")) return null;
  const address = URL.createObjectURL(new Blob([lib.get("source")], { type: "text/javascript" }));
  await import(/* webpackIgnore: true */ address).finally(() => URL.revokeObjectURL(address));
  return globalThis.__cx_vega;
}

// Drawn out of sight, but in the page; null where there is no library, or where the page has moved on meanwhile.
async function drawn({ model, host }, spec, { body, signal }) {
  const vega = await library(model, host);
  if (!vega || signal.aborted) return null;
  const node = make("div", { className: "cxw-chart cxw-drawing" });
  body.append(node);
  const { finalize } = await vega.vegaEmbed(node, spec, LIVE);
  node.classList.remove("cxw-drawing");
  if (!signal.aborted) return { node, finalize };
  finalize();
  return null;
}

// The live chart is called and sized as the picture is.
function likened(node, { title, description }, size) {
  const live = node.querySelector("svg");
  for (const name of ["role", "aria-roledescription", "aria-label"]) node.removeAttribute(name);
  const key = crypto.randomUUID();
  const said = Object.entries({ title, desc: description });
  const words = said.map(([tag, text]) => shape(tag, { id: `cx-${tag}-${key}` }, text));
  live.prepend(...words);
  live.setAttribute("role", "graphics-document document");
  live.setAttribute("aria-labelledby", words.map(({ id }) => id).join(" "));
  live.style.cssText += size;
}

// Connects one picture after another; what was connected to the one has ended when the next one comes.
function meeting(connect) {
  let met = new AbortController();
  return (context) => {
    met.abort();
    met = new AbortController();
    connect({ ...context, signal: AbortSignal.any([context.signal, met.signal]) });
    context.mark();
  };
}

// `connect` is called with the picture, and again with the live chart that takes its place. A live chart that stands is
// kept, untouchable, until the next one is whole.
export function charted(given, connect = () => {}) {
  const { model, el } = given;
  const meet = meeting(connect);
  let [standing, size] = [null, ""];
  const end = () => {
    standing?.finalize();
    standing = null;
  };
  const redraw = async (spec, picture, context) => {
    const next = await drawn(given, spec, context);
    if (!next) return;
    const refocus = focusing(el);
    size = picture.find((node) => node.matches?.("svg.marks"))?.style.cssText ?? size;
    likened(next.node, model.get("facts"), size);
    context.body.replaceChildren(next.node);
    if (!standing) context.ask("alive");
    end();
    standing = next;
    meet(context);
    refocus();
  };
  const close = panel(given, (context) => {
    const picture = [...context.body.childNodes];
    const still = () => {
      end();
      context.body.replaceChildren(...picture);
      meet(context);
    };
    const { spec } = model.get("facts");
    if (spec && standing) context.body.replaceChildren(standing.node);
    else still();
    if (!spec) return;
    redraw(spec, picture, context).catch((error) => {
      console.warn("The chart stays a picture:", error);
      if (!context.signal.aborted && picture.length) still();
    });
  });
  return () => {
    close();
    end();
  };
}

export default { render: (given) => charted(given) };
