"""The scripts of the panels: real modules, which the browser gets as one text that does the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cxwidgets import modules
from cxwidgets.explorer import Bar
from cxwidgets.intake.intake import Intake
from cxwidgets.keeping.address import Address
from cxwidgets.modules import STATIC, script
from cxwidgets.panel import Panel
from cxwidgets.panels import OWN
from cxwidgets.picture import Choosing

FILES = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js"))
ENTRIES = [name for name in FILES if "export default" in (STATIC / name).read_text(encoding="utf-8")]
ADDRESS = "http://modules.test/"
# Both keep a private `size`, both use what the third counts, and one is called by another name.
TOY = {
    "main.js": """import { area as room, sizes } from "./inner/square.js";
import {
  count,
  label,
} from "./count.js";

const size = 7;
export default { answer: () => [label, room(size), sizes(), count()] };
""",
    "inner/square.js": """// A second user of the counter.
import { count } from "../count.js";

const size = (side) => side * side;
export function area(side) {
  count();
  return size(side);
}
export const sizes = () => [1, 2].map(size);
export default "nobody asks for it";
""",
    "count.js": """let counted = 0;
export const label = `import { nothing } from "nowhere"`;
export const count = () => (counted += 1);
""",
}


def write(folder: Path, **texts: str) -> Path:
    """Modules in a folder; `main` is the one that is asked for."""
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def toy(tmp_path):
    for name, text in TOY.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


# ---- as text ---------------------------------------------------------------------------------------------------------


def test_a_module_comes_once_and_after_those_that_it_needs(toy):
    text = script("main.js", toy)
    assert re.findall(r'^\$modules\["(.+)"\] = ', text, re.MULTILINE) == ["count.js", "inner/square.js", "main.js"]
    assert not re.search(r"^import\b", text, re.MULTILINE)
    assert re.findall(r"^export\b.*", text, re.MULTILINE) == ['export default $modules["main.js"].default;']


def test_a_missing_file_is_named_with_the_one_that_wants_it(tmp_path):
    write(tmp_path, main='import { a } from "./gone.js";\nexport default a;\n')
    with pytest.raises(ImportError, match=r"^main\.js imports gone\.js, which is no file\.$"):
        script("main.js", tmp_path)


def test_a_missing_name_is_named_with_the_one_that_wants_it(tmp_path):
    main, other = 'import { a, b } from "./other.js";\nexport default a;\n', "export const a = 1;\nlet b;\n"
    write(tmp_path, main=main, other=other)
    with pytest.raises(ImportError, match=r'^main\.js imports "b" from other\.js, which exports no such name\.$'):
        script("main.js", tmp_path)


def test_modules_that_import_each_other_are_refused(tmp_path):
    line = 'import {{ a }} from "./{}.js";\nexport const {} = a;\n'.format
    write(tmp_path, main=line("other", "b"), other=line("third", "a"), third=line("other", "a"))
    with pytest.raises(ImportError, match=r"import each other: main\.js, other\.js, third\.js, other\.js\."):
        script("main.js", tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        'import all from "./other.js";',
        'import * as all from "./other.js";',
        'import "./other.js";',
        'import { a } from "somewhere";',
        'import { a } from "./other.js"; a();',
        "export let a = 1;",
        "export { a };",
        'export * from "./other.js";',
        "export default function render() {}",
    ],
)
def test_what_would_not_be_understood_is_refused(tmp_path, line):
    write(tmp_path, main=f"{line}\n", other="export const a = 1;\nexport default a;\n")
    with pytest.raises(ImportError, match=r"main\.js: only names can be imported") as refused:
        script("main.js", tmp_path)
    assert line in str(refused.value)


def test_every_file_is_used_by_a_panel():
    panels = {Panel, Intake, Choosing, Bar, Address, *OWN.values()}
    texts = [kind._esm for panel in panels for kind in panel.__mro__ if "_esm" in vars(kind)]
    used = {name for text in texts for name in re.findall(r'^\$modules\["(.+)"\] = ', str(text), re.MULTILINE)}
    assert used == set(FILES)


def test_every_style_sheet_is_there():
    for path in STATIC.rglob("*.css"):
        assert modules.style(path.name) == path.read_text(encoding="utf-8")


# ---- in a browser ----------------------------------------------------------------------------------------------------

BUNDLED = """async (text) => {
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    return READ((await import(address)).default);
}"""
NATIVE = "async (address) => READ((await import(address)).default)"


@pytest.fixture
def page(browser):
    page = browser.new_context().new_page()
    page.wrong = []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    yield page
    assert page.wrong == []
    page.context.close()


def both(page, folder, name, read):
    """What the module says of itself: imported by the browser, file by file, and as one text."""

    def answer(route):
        path = folder / route.request.url.removeprefix(ADDRESS)
        text = path.read_text(encoding="utf-8") if path.is_file() else "<!doctype html>"
        route.fulfill(body=text, content_type="text/javascript" if path.is_file() else "text/html")

    page.route(f"{ADDRESS}**", answer)
    page.goto(ADDRESS)
    native = page.evaluate(NATIVE.replace("READ", read), ADDRESS + name)
    return native, page.evaluate(BUNDLED.replace("READ", read), script(name, folder))


@pytest.mark.browser
def test_one_text_does_what_the_files_do(page, toy):
    native, bundled = both(page, toy, "main.js", "((main) => main.answer())")
    assert native == bundled == ['import { nothing } from "nowhere"', 49, [1, 4], 2]


@pytest.mark.browser
@pytest.mark.parametrize("name", ENTRIES)
def test_the_panels_scripts_are_modules_that_a_browser_reads(page, name):
    assert both(page, STATIC, name, "((panel) => typeof (panel.render ?? panel.initialize))") == (
        "function",
        "function",
    )
