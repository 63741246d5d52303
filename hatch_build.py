"""What the wheel holds beside the two packages: notebooks, sample, templates and the Vega bundle."""

from __future__ import annotations

import platform
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VL_CONVERT = "vl-convert-python==1.9.0.post1"  # BSD-3-Clause; makes the bundle, stays in the build environment


def has_vl_convert_wheel() -> bool:
    system, machine = platform.system(), platform.machine().lower()
    if system == "Linux":
        return platform.libc_ver()[0] == "glibc" and machine in {"x86_64", "aarch64"}
    return (system, machine) in {("Windows", "amd64"), ("Darwin", "arm64"), ("Darwin", "x86_64")}


class CustomBuildHook(BuildHookInterface):
    """Run by hatchling for every wheel, editable ones included."""

    def dependencies(self) -> list[str]:
        return [VL_CONVERT] if has_vl_convert_wheel() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        for kind in sorted(filter(Path.is_dir, (root / "reports" / "templates").iterdir())):
            build_data["shared_data"][str(kind)] = f"share/jupyter/{kind.name}/templates"
        if version == "standard":
            for pattern in ("notebooks/*.ipynb", "data/sample/*.*"):
                for file in sorted(root.glob(pattern)):
                    build_data["force_include"][str(file)] = f"cxkit/{file.parent.name}/{file.name}"
        self._bundle_vega(root / "cxkit" / "views")

    def _bundle_vega(self, views: Path) -> None:
        try:
            script = _vega_module(views / "vega.py").make()
        except ImportError:
            self.app.display_warning("No vl-convert here: the Vega bundle will be made on first use, if it ever is.")
            return
        target = views / "vega.js"
        if not target.is_file() or target.read_text(encoding="utf-8") != script:
            target.write_text(script, encoding="utf-8", newline="\n")


def _vega_module(path: Path) -> Any:
    """The package's own recipe, loaded alone: the package's dependencies are not there while it is built."""
    spec = spec_from_file_location("cxkit_vega", path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
