// A button that copies the Python that repeats the choices.
import { button } from "./make.js";

export function copying(code) {
  const more = { title: "The Python that repeats these choices", className: "cxw-copy" };
  const copy = button("Copy code", async () => {
    const copied = await navigator.clipboard?.writeText(code).then(() => true, () => false);
    copy.textContent = copied ? "Copied" : "Not allowed here";
    setTimeout(() => (copy.textContent = "Copy code"), 2000);
  }, more);
  return copy;
}
