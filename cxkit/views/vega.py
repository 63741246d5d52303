"""The Vega bundle: the one script that draws live charts in reports and apps.

It is third-party code, so it is made rather than kept: by the build where vl-convert has a wheel, else on first use.
"""

from __future__ import annotations

import tempfile
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from cxkit import places

VEGA_LITE = "6.4"
EXPORTS = "window.__cx_vega={vegaEmbed,vega,vegaLite};"
PACKAGED = Path(__file__).with_name("vega.js")
LICENCES = Path(__file__).with_name("vega.LICENSE.txt")


@lru_cache(maxsize=1)
def bundle() -> str | None:
    """Which script makes `window.__cx_vega` (vegaEmbed, vega, vegaLite) available to a page?

    Returns the classic script's text, or None where it was not packaged and cannot be made; a page then keeps its
    static pictures. Charts drawn with `ast: true` need no `unsafe-eval`: vega-embed brings an expression interpreter.
    """
    if PACKAGED.is_file():
        return PACKAGED.read_text(encoding="utf-8")
    try:
        cached = _cache_file()
        if cached.is_file():
            return cached.read_text(encoding="utf-8")
        script = make()
    except ImportError:
        return None
    _keep(script, cached)
    return script


def make() -> str:
    """What does vl-convert bundle? The script, its licences in a comment ahead of it.

    Raises ImportError where vl-convert is not installed.
    """
    import vl_convert

    script = vl_convert.javascript_bundle(EXPORTS, vl_version=VEGA_LITE)
    return f"/*!\n{LICENCES.read_text(encoding='utf-8')}*/\n{script}\n"


def _cache_file() -> Path:
    import platformdirs

    maker = metadata.version("vl-convert-python")
    return Path(platformdirs.user_cache_dir("cxkit", appauthor=False)) / f"vega-{VEGA_LITE}-{maker}.js"


def _keep(script: str, path: Path) -> None:
    """Write the whole file or none of it; a cache that cannot be written costs a second next time, no more."""
    try:
        places.make(path.parent)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n", dir=path.parent, delete=False) as part:
            part.write(script)
        Path(part.name).replace(path)
    except OSError:
        return
