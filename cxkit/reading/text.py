"""Files with separated columns: CSV and its relatives."""

from __future__ import annotations

from pathlib import Path

from cxkit.cached import cached_property
from cxkit.errors import InputError
from cxkit.reading import delimited
from cxkit.reading.source import Source


class TextFile(Source):
    """A file with separated columns: CSV and its relatives, packed with gzip or not."""

    def __init__(self, path: Path, delimiter: str | None, encoding: str | None) -> None:
        super().__init__()
        look = delimited.look(path, encoding)
        self.name, self.fingerprint = path.name, look.fingerprint
        self._path = path if look.clean else delimited.rewrite(path, look.encoding, self.scratch / "clean.csv")
        self._seen = self._path.stat().st_mtime_ns
        self._dialect = delimited.dialect(self.connection, self._path, path.name, delimiter)
        self.columns = self._dialect.columns
        self.delimiter = self._dialect.delimiter
        separator = delimited.DELIMITERS.get(self.delimiter, self.delimiter)
        self.reading = {"delimiter": separator, "encoding": look.encoding.removesuffix("-sig")}

    def stage(self) -> Path:
        target = self.scratch / "rows.parquet"
        if not target.exists():
            if self._seen != self._path.stat().st_mtime_ns:
                raise InputError(f'"{self.name}" has changed since it was read. Read it again.')
            delimited.load(self.connection, self._path, self._dialect, target)
        return target

    @cached_property
    def unfit(self) -> list[tuple[int, str, str]]:
        self.stage()
        return delimited.unfit(self.connection, self._path)

    def lines(self, rows: list[int]) -> list[int | None]:
        return delimited.lines_of(self._path, self._dialect, rows, {line for line, _, _ in self.unfit}) if rows else []
