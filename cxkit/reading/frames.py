"""Tables as sources: Parquet files, data frames of pandas, polars or arrow, and streams of Arrow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import InputError
from cxkit.reading import delimited
from cxkit.reading.packed import check_packed
from cxkit.reading.source import Source

if TYPE_CHECKING:
    import pyarrow as pa


class ParquetFile(Source):
    """A Parquet file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        import pyarrow.parquet as pq

        self.name, self._path, self.reading = path.name, path, {"format": "Parquet"}
        try:
            self.columns = delimited.column_names(pq.read_schema(path).names)
            check_packed(path)
        except InputError:
            raise
        except (OSError, ValueError) as error:
            raise InputError(f'"{path.name}" is no Parquet file ({error}).') from None

    def stage(self) -> Path:
        return self._path


class DataFrame(Source):
    """A data frame that narwhals knows (pandas, polars, arrow), or what hands out a stream of Arrow."""

    def __init__(self, frame: Any) -> None:
        super().__init__()
        self._table = _arrow(frame)
        self.name, self.reading = "data frame", {"format": f"{type(frame).__module__.split('.')[0]} data frame"}
        self.columns = delimited.column_names([str(name) for name in self._table.column_names])

    def stage(self) -> Path:
        target = self.scratch / "rows.parquet"
        if not target.exists():
            table = self._table.rename_columns([f"c{number}" for number in range(len(self.columns))])
            self.connection.from_arrow(table).write_parquet(str(target), compression="lz4")
        return target


def _arrow(frame: Any) -> pa.Table:
    try:
        wrapped = nw.from_native(frame)
    except TypeError:
        return _streamed(frame)
    except Exception as error:
        raise InputError(f"The data frame cannot be read: {error} Rename its columns.") from None
    try:
        eager = wrapped.collect("pyarrow") if isinstance(wrapped, nw.LazyFrame) else wrapped
        return _plain(eager).to_arrow()
    except Exception as error:
        raise InputError(f"The data frame cannot be read: {error}") from None


def _streamed(frame: Any) -> pa.Table:
    """The rows of what is no data frame but hands out Arrow: a RecordBatchReader, a Result, another library's table."""
    import pyarrow as pa

    if not hasattr(frame, "__arrow_c_stream__"):
        raise InputError(
            f"cx.read cannot use a {type(frame).__name__}. Give a path to a CSV or Parquet file, "
            "a pandas, polars or arrow data frame, or a stream of Arrow."
        )
    try:
        return pa.RecordBatchReader.from_stream(frame).read_all()
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise InputError(f"The stream of Arrow cannot be read: {error}") from None


def _text(value: Any) -> str:
    """A value of a column of mixed objects; a whole number is one, also where it is held with a point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _plain(frame: nw.DataFrame[Any]) -> nw.DataFrame[Any]:
    """The frame with columns of mixed objects, as pandas may have them, written out as text."""
    mixed = [name for name, kind in frame.schema.items() if kind == nw.Object]
    native = frame.to_native()
    for name in mixed:
        native = native.assign(**{name: native[name].map(_text, na_action="ignore").astype("string")})
    return nw.from_native(native, eager_only=True) if mixed else frame
