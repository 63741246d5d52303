"""Many files of the same columns, such as one a month, become one log in the order of their names."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from glob import escape as escape_glob
from pathlib import Path

from cxkit.errors import InputError
from cxkit.reading.source import Source
from cxkit.reading.texts.account import Tally
from cxkit.words import many

SHOWN = 30
NO_LINES = Tally(0, 0, 0)


def matching(path: Path) -> list[Path] | None:
    """The files in a folder or of a pattern with *, ? or [], by name; None for anything else. Hidden ones stay out."""
    try:
        if path.is_dir():
            entries = list(path.iterdir())
        elif path.is_file() or not any(sign in str(path) for sign in "*?["):
            return None
        else:
            start = Path(path.absolute().anchor)
            entries = list(start.glob(str(path.absolute().relative_to(start))))
        return sorted(entry for entry in entries if entry.is_file() and not entry.name.startswith((".", "_")))
    except (OSError, ValueError, IndexError):
        return None


class Folder(Source):
    """Files that are read as one. Lines are counted on from file to file; the reading says which are whose."""

    def __init__(self, name: str, paths: Sequence[Path], open_one: Callable[[Path], Source]) -> None:
        super().__init__()
        self.name, self._paths, self._open, self.columns = name, paths, open_one, ()
        self._lines, self._rows = [0], [0]
        self.unfit: list[tuple[int, str, str]] = []
        self.reading: dict[str, str] = {}
        parts = [self._taken(path) for path in paths]
        with self.guarded():
            whole = self.connection.read_parquet([escape_glob(str(part)) for part in parts], union_by_name=True)
            whole.write_parquet(str(self.stage()), compression="lz4")
        self.reading = {"files": ", ".join(self._whose()), **self.reading}

    def stage(self) -> Path:
        return self.scratch / "rows.parquet"

    def _taken(self, path: Path) -> Path:
        """A file's rows with its columns in the order of the first file, under numbered names."""
        source = self._open(path)
        self._check_columns(source)
        self.delimiter = source.delimiter
        for part, value in source.reading.items():
            before = self.reading.setdefault(part, value)
            self.reading[part] = before if value in before.split(", ") else f"{before}, {value}"
        target = self.scratch / f"part-{len(self._rows):06}.parquet"
        columns = ", ".join(f"c{source.columns.index(name)} AS c{place}" for place, name in enumerate(self.columns))
        with source.guarded():
            rows = source.connection.sql(f"SELECT {columns} FROM {source.rows}")
            rows.write_parquet(str(target), compression="lz4")
            self.tally = source.tally if self.tally is None else self.tally + (source.tally or NO_LINES)
            self.unfit += [(self._lines[-1] + line, reason, text) for line, reason, text in source.unfit]
            count = len(rows)
        self._rows.append(self._rows[-1] + count)
        self._lines.append(self._lines[-1] + (source.tally.lines if source.tally else count))
        return target

    def _check_columns(self, source: Source) -> None:
        """Raise unless a file has the columns of the first, in whatever order."""
        self.columns = self.columns or source.columns
        lacks = [f'"{name}"' for name in self.columns if name not in source.columns]
        has = [f'"{name}"' for name in source.columns if name not in self.columns]
        if lacks or has:
            what = [f"it lacks {', '.join(lacks[:5])}"] * bool(lacks) + [f"it has {', '.join(has[:5])}"] * bool(has)
            raise InputError(
                f'"{source.name}" has other columns than "{self._paths[0].name}": {" and ".join(what)}. '
                "Read files of the same columns together, the others on their own."
            )

    def _whose(self) -> Iterator[str]:
        """Which lines are of which file."""
        for path, before, end in zip(self._paths[:SHOWN], self._lines, self._lines[1:], strict=False):
            yield f'"{path.name}" (lines {many(before + 1)} to {many(end)})'
        if len(self._paths) > SHOWN:
            yield f"and {many(len(self._paths) - SHOWN)} more"

    def lines(self, rows: list[int]) -> list[int | None]:
        by_file: dict[int, list[int]] = {}
        for row in rows:
            by_file.setdefault(bisect_right(self._rows, row) - 1, []).append(row)
        line_of: dict[int, int | None] = {}
        for file, of_file in by_file.items():
            lines = self._open(self._paths[file]).lines([row - self._rows[file] for row in of_file])
            line_of |= {row: line and self._lines[file] + line for row, line in zip(of_file, lines, strict=True)}
        return [line_of[row] for row in rows]
