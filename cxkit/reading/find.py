"""Which reader takes this source? A file is known by the end of its name, a database by its address."""

from __future__ import annotations

import codecs
import re
import zlib
from pathlib import Path
from typing import Any, NamedTuple

from cxkit.errors import InputError
from cxkit.places import is_address
from cxkit.reading.frames import DataFrame, ParquetFile
from cxkit.reading.packed import open_bytes
from cxkit.reading.source import Source
from cxkit.reading.text import TextFile
from cxkit.reading.texts.dialect import Asked
from cxkit.words import many

TEXTS = (".csv", ".tsv", ".txt")
TEXT_FILES = tuple(f"{ending}{packed}" for packed in ("", ".gz", ".zst") for ending in TEXTS)
LOG_TEXTS = (".xes", ".xml", ".xmlocel", ".json", ".jsonocel")
LOG_FILES = (*LOG_TEXTS, *(f"{ending}.gz" for ending in LOG_TEXTS))
SQLITE_FILES = (".sqlite", ".sqlite3", ".db")
XLSX_FILES = (".xlsx", ".xlsm")
PARQUET_FILES = (".parquet", ".pq")
READABLE = (*TEXT_FILES, *XLSX_FILES, *PARQUET_FILES, *LOG_FILES, *SQLITE_FILES)
WEB = ("http://", "https://", "ftp://")
CHARACTERS = {
    "delimiter": '";" or "\\t"',
    "quote": '"\'", or "" where nothing is quoted',
    "escape": '"\\\\"',
}
HEAD = 200  # bytes by which other kinds of files are known
RENAME = "Give it the ending of its kind."
OTHER_KINDS = (
    (rb"PK\x03\x04", "a ZIP archive or a workbook", "Unpack it, or give it the ending .xlsx."),
    (rb"\xd0\xcf\x11\xe0", "a workbook of the old kind", "Save it as .xlsx."),
    (rb"PAR1", "a Parquet file", RENAME),
    (rb"SQLite format 3", "a SQLite database", RENAME),
    (rb"%PDF", "a PDF", "Export the log as CSV."),
    (rb"\s*<(\?xml|log)\b", "XML", RENAME),
    (rb"\s*<(!doctype|html|head|table|body)\b", "a web page", "Export the log as CSV."),
    (rb'\s*\[?\s*\{\s*"[^"]*"\s*:', "JSON", "Make a table of it first, for example with pandas.read_json."),
)
ONLY_TEXTS = ("quote", "escape")
ONLY_LINES = ("skip", "header")
ONLY_FOR = {
    "sheet": ("sheet", "XLSX", "sheets"),
    "table": ("table", "databases", "tables"),
    "query": ("query", "databases", "queries"),
    "object_type": ("object type", "OCEL", "types of objects"),
}


class Options(NamedTuple):
    """How a source is to be read, where its reader should not find out by itself."""

    delimiter: str | None = None
    encoding: str | None = None
    skip: int | None = None
    header: bool | None = None
    quote: str | None = None
    escape: str | None = None
    sheet: str | None = None
    table: str | None = None
    query: str | None = None
    object_type: str | None = None

    def check(self) -> None:
        """Raise unless delimiter, quote and escape are a character each, and the lines to skip a number."""
        for word, examples in CHARACTERS.items():
            text = getattr(self, word)
            taken = {"delimiter": '"', "quote": self.delimiter or "", "escape": self.delimiter or ""}[word]
            none = word == "quote" and text == ""
            if text is None or none:
                continue
            if not isinstance(text, str) or len(text) != 1 or text in f"{taken}\r\n":
                raise InputError(f'{word}="{text}" is not one character. Write for example {examples}.')
        if self.skip is not None and (not isinstance(self.skip, int) or isinstance(self.skip, bool) or self.skip < 0):
            raise InputError(f"skip={self.skip!r} is no number of lines. Write for example skip=2.")
        if not (self.header is None or isinstance(self.header, bool)):
            raise InputError(
                f"header={self.header!r} is neither True nor False. Write header=False where there is none."
            )

    @property
    def asked(self) -> Asked:
        """What is said of how a text file is written."""
        return Asked(self.delimiter, self.skip, self.header, self.quote, self.escape)


OPTIONS = Options._fields


def find(source: Any, options: Options) -> Source:
    """The source, opened by the reader that takes it."""
    options.check()
    opened = _opened(source, options)
    for option, (part, kind, things) in ONLY_FOR.items():
        if getattr(options, option) is not None and part not in opened.reading:
            raise InputError(f'{option}= is for {kind}. "{opened.name}" has no {things}.')
    texts_only = next((option for option in ONLY_TEXTS if getattr(options, option) is not None), None)
    if texts_only and "delimiter" not in opened.reading:
        raise InputError(f'{texts_only}= is for text files such as CSV. "{opened.name}" is none.')
    lines_only = next((option for option in ONLY_LINES if getattr(options, option) is not None), None)
    if lines_only and not opened.reading.keys() & {"delimiter", "sheet"}:
        raise InputError(f'{lines_only}= is for text files and workbooks. "{opened.name}" is neither.')
    return opened


def _opened(source: Any, options: Options) -> Source:
    from cxkit.reading import databases

    if not isinstance(source, str | Path):
        return DataFrame(source)
    if str(source).lower().startswith(WEB):
        raise InputError(
            "There is no file of this name here; cx.read fetches nothing from the web. Download it, and give its path."
        )
    if is_address(source):
        return databases.DatabaseRows(source, options.table, options.query)
    if not str(source).strip():
        raise InputError('There is no file "".')
    path = Path(source).expanduser()
    if (several := _files(path, options)) is not None:
        return several
    opened = _file(path, options)
    opened.path = str(path.resolve())
    opened.asked = {option: answer for option, answer in options._asdict().items() if answer is not None}
    return opened


def _files(path: Path, options: Options) -> Source | None:
    """The files of a folder or a pattern as one source; None for a path of one file."""
    from cxkit.reading import folders

    files = folders.matching(path)
    if files is None:
        return None
    parquet = [file for file in files if file.name.lower().endswith(PARQUET_FILES)]
    texts = [file for file in files if file.name.lower().endswith(TEXT_FILES)]
    if not parquet and not texts:
        raise InputError(f'There is no file of CSV or Parquet in "{path}". For folders in it, write "{path}/*/*.csv".')
    if parquet and texts:
        raise InputError(f'"{path}" holds both "{texts[0].name}" and "{parquet[0].name}". Keep files of one kind.')
    reader = folders.Folder(path.name, parquet or texts, lambda file: _file(file, options))
    others = len(files) - len(parquet or texts)
    reader.notes = (f"{many(others)} files of other kinds are not read.",) if others else ()
    return reader


def _file(path: Path, options: Options) -> Source:
    _check_file(path)
    called = path.name.lower()
    if called.endswith(PARQUET_FILES):
        return ParquetFile(path)
    if called.endswith(TEXT_FILES):
        _check_text(path)
        return TextFile(path, options.asked, options.encoding)
    if called.endswith(XLSX_FILES):
        return _sheet_file(path, options)
    if called.endswith(SQLITE_FILES):
        return _sqlite_file(path, options)
    if called.endswith(LOG_FILES):
        return _log_file(path, options)
    raise InputError(f'"{path.name}" is of no kind that cxkit reads. It reads {", ".join(READABLE)}.')


def _check_text(path: Path) -> None:
    """Raise if a file that is called a text of rows begins as another kind of file does."""
    try:
        with open_bytes(path) as file:
            head = file.read(HEAD).removeprefix(codecs.BOM_UTF8)
    except (OSError, EOFError, ValueError, zlib.error):  # a damaged file, of which its reader tells
        return
    for begins, kind, instead in OTHER_KINDS:
        if re.match(begins, head, re.IGNORECASE):
            raise InputError(f'"{path.name}" is {kind}, and no text with a row per line. {instead}')


def _log_file(path: Path, options: Options) -> Source:
    from cxkit.reading import ocel, xes

    return ocel.OcelFile(path, options.object_type) if ocel.is_ocel(path) else xes.XesFile(path, options.encoding)


def _sheet_file(path: Path, options: Options) -> Source:
    from cxkit.reading import sheets

    return sheets.SheetFile(path, options.sheet, options.skip, options.header)


def _sqlite_file(path: Path, options: Options) -> Source:
    """A table of the file if one is asked for; else it should be a log."""
    from cxkit.reading import databases, ocel

    if options.table is not None or options.query is not None:
        return databases.DatabaseRows(path, options.table, options.query)
    try:
        return ocel.OcelFile(path, options.object_type)
    except InputError as error:
        raise InputError(f"{error} To read a table that is no OCEL, name it with table=.") from None


def _check_file(path: Path) -> None:
    try:
        there = path.is_file()
    except (OSError, ValueError):
        there = False
    if not there:
        raise InputError(f'There is no file "{path}".')
