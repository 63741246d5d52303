"""Files with separated columns: CSV and its relatives.

DuckDB reads the rows at once where every line is a row, a blank line or the header. Where the lines do not add up to
that, each is gone through (`texts.records`), so that in every case lines = header + blank + rows + lines with which
rows go on + lines put aside.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cxkit.cached import cached_property
from cxkit.errors import InputError
from cxkit.reading import delimited
from cxkit.reading.source import Source
from cxkit.reading.texts import look, records
from cxkit.reading.texts.account import Tally
from cxkit.reading.texts.dialect import Asked, dialect

QUOTELESS = 10  # lines put aside for their quotes, in a file that quotes nothing, from which quotes are letters in it
QUOTELESS_SHARE = 0.01


class TextFile(Source):
    """A file with separated columns: CSV and its relatives, packed with gzip or not."""

    def __init__(self, path: Path, asked: Asked, encoding: str | None) -> None:
        super().__init__()
        self._asked, self._path, self._account = asked, path, records.Account()
        self._text = look.look(path, encoding)
        self.name, self.fingerprint = path.name, self._text.fingerprint
        if not self._text.clean:
            self._path = look.rewrite(path, self._text.encoding, self.scratch / "clean.csv")
            self._text = look.again(self._path, self._text)
        self._seen = self._path.stat().st_mtime_ns
        self._dialect = dialect(self.connection, self._path, path.name, self._text, asked)
        self.columns, self.delimiter = self._dialect.columns, self._dialect.delimiter
        self.reading = self._reading()
        if self._dialect.doubtful:
            self.stage()

    def _reading(self) -> dict[str, str]:
        return {**self._dialect.reading, "encoding": self._text.encoding.removesuffix("-sig")}

    def stage(self) -> Path:
        target = self.scratch / "rows.parquet"
        if not target.exists():
            if self._seen != self._path.stat().st_mtime_ns:
                raise InputError(f'"{self.name}" has changed since it was read. Read it again.')
            part = target.with_suffix(".part")
            if not (self._dialect.simple and self._at_once(part)):
                self._line_by_line(part)
            part.replace(target)
        return target

    def _at_once(self, target: Path) -> bool:
        """Let DuckDB read the file as it is; whether every line then is a row, blank or of the header."""
        import duckdb

        how = self._dialect
        try:
            delimited.load(
                self.connection, self._path, target, len(self.columns), how.delimiter, how.quote, how.header_lines
            )
        except duckdb.InvalidInputException:
            return False
        tally = self._tally(self._text.blank, 0)
        self._account.rows = _rows(target)
        if self._account.rows + tally.header + tally.blank != tally.lines:
            return False
        self.tally = tally
        return True

    def _line_by_line(self, target: Path) -> None:
        """Go through every line, and let DuckDB read those that are rows."""
        import duckdb

        how, mended = self._dialect, self.scratch / "mended.csv"
        account = records.Reader(self._path, self._text, how, len(self.columns)).read(mended)
        if self._quotes_nothing(account):
            bare = replace(how, quote="", escape="")
            letters = self.scratch / "letters.csv"
            plain = records.Reader(self._path, self._text, bare, len(self.columns)).read(letters)
            if len(plain.aside) < len(account.aside):
                how, mended, account = bare, letters, plain
                self._dialect = how
                self.reading = self._reading()
        try:
            delimited.load(self.connection, mended, target, len(self.columns), how.delimiter, how.quote, 0)
        except duckdb.InvalidInputException as error:
            raise InputError(f'The rows of "{self.name}" cannot be read: {str(error).splitlines()[0]}') from None
        mended.unlink()
        self._account = account
        self.tally = self._tally(how.blank + account.blank, account.continued)
        if _rows(target) != account.rows:
            raise InputError(f'"{self.name}" cannot be read: its rows are not those of its lines. Please report this.')

    def _quotes_nothing(self, account: records.Account) -> bool:
        """Whether quotes are letters here: many lines make no sense with them as quotes, and no value is in quotes."""
        odd = sum(reason in records.QUOTES for _, reason, _ in account.aside)
        enough = odd >= QUOTELESS and odd > QUOTELESS_SHARE * self._text.lines
        return enough and not account.quoted and self._asked.quote is None

    def _tally(self, blank: int, continued: int) -> Tally:
        return Tally(self._text.lines, self._dialect.header_lines - self._dialect.blank, blank, continued)

    @cached_property
    def unfit(self) -> list[tuple[int, str, str]]:
        self.stage()
        return self._account.aside

    def lines(self, rows: list[int]) -> list[int | None]:
        if not rows:
            return []
        self.stage()
        if not self._account.places:
            self._account.places = records.places(self._path, self._text, self._dialect.header_lines)
        return self._account.places.lines(rows)


def _rows(file: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(file).num_rows)
