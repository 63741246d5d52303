"""A table or a query of a SQL database becomes rows with named columns.

The rows stream from the server to Parquet, a batch at a time. Nothing is ever committed, and the address of the
database, which may hold a password, is forgotten when they are here.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxkit.errors import InputError, not_found
from cxkit.places import is_address
from cxkit.reading import delimited
from cxkit.reading.source import Source
from cxkit.reading.values import Rows

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, CursorResult, Engine

BY_NAME = "env:"
ROWS_AT_ONCE = 10_000
UNQUOTED = re.compile(r"[^:]+://[^/?#][^?]*[@/][^?]*@")  # more before the host than a name and a password can hold
ADDRESS = 'Write "postgresql://user@host/database", or "env:SHOP_DB" for the variable that holds such an address.'
NO_ORDER = (
    "A database gives its rows in no certain order, so events of the same time may change places from one reading to "
    "the next. Give a query= with ORDER BY, or .roles(order=)."
)


class DatabaseRows(Source):
    """The rows of a table or a query."""

    def __init__(self, address: str | Path, table: str | None, query: str | None) -> None:
        super().__init__()
        for option, text in (("table", table), ("query", query)):
            if not isinstance(text, str | None) or text == "":
                raise InputError(f"{option}={text!r} is no text.")
        url = _url(address)
        with _told(url):
            engine = _engine(url)
            with engine.connect() as connection:
                self._read(connection, table, query)
        self.name = table or "query"
        what = {"table": table} if table else {"query": _without_secrets(" ".join(str(query).split()), url)}
        self.reading = {"format": f"{url.get_backend_name()} database", **what}
        self.notes = () if query and re.search(r"\border\s+by\b", query, re.IGNORECASE) else (NO_ORDER,)

    def stage(self) -> Path:
        return self.scratch / "rows.parquet"

    def _read(self, connection: Connection, table: str | None, query: str | None) -> None:
        result = _asked(connection, table, query)
        if not result.returns_rows:
            raise InputError("The query gives no rows. Write one that begins with SELECT.")
        self.columns = delimited.column_names(list(result.keys()))
        if not self.columns:
            raise InputError("The query gives no columns.")
        rows = Rows(self.scratch, len(self.columns))
        rows.add(result)
        rows.stage(self.connection, self.stage())


def _url(address: str | Path) -> URL:
    """The address as SQLAlchemy takes it; no error ever shows it."""
    try:
        import sqlalchemy as sa
    except ModuleNotFoundError:
        raise InputError('To read a database, install what it takes: pip install "cxkit[sql]".') from None
    if isinstance(address, Path) and not is_address(address):
        return sa.URL.create("sqlite", database=str(address))
    address = str(address).strip()
    if address.startswith(BY_NAME):
        variable = address.removeprefix(BY_NAME)
        address = os.environ.get(variable, "")
        if not address:
            raise InputError(f'There is no environment variable "{variable}" with the address of a database.')
    if UNQUOTED.match(address):
        raise InputError(f'The password in this address has a bare "@" or "/". Write "%40" and "%2F". {ADDRESS}')
    try:
        return sa.make_url(address)
    except (sa.exc.ArgumentError, ValueError):
        raise InputError(f"This is no address of a database. {ADDRESS}") from None


def _engine(url: URL) -> Engine:
    import sqlalchemy as sa

    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, poolclass=sa.NullPool)
    path = Path(url.database or "")
    if not path.is_file():
        raise InputError(f'There is no file "{path}".')
    return sa.create_engine("sqlite://", creator=lambda: _open_sqlite(path), poolclass=sa.NullPool)


def _open_sqlite(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    database.execute("PRAGMA trusted_schema = OFF")
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    return database


def _asked(connection: Connection, table: str | None, query: str | None) -> CursorResult:
    """The rows as they stream in; on PostgreSQL in a transaction that can only read."""
    connection = connection.execution_options(yield_per=ROWS_AT_ONCE, postgresql_readonly=True)
    if (table is None) == (query is None):
        raise InputError(f"Say which rows: table= or query=, one of them.{_tables(connection)}")
    if query is not None:
        return connection.execution_options(no_parameters=True).exec_driver_sql(query)
    return connection.execute(_whole_table(connection, str(table)))


def _whole_table(connection: Connection, name: str) -> Any:
    """The statement for a table, whose name the database's own dialect quotes."""
    import sqlalchemy as sa

    inspector = sa.inspect(connection)
    schema, _, inner = name.rpartition(".")
    if inspector.has_table(name):
        table = sa.table(name)
    elif schema and inspector.has_table(inner, schema=schema):
        table = sa.table(inner, schema=schema)
    else:
        raise not_found("table", name, _names(connection))
    return sa.select(sa.text("*")).select_from(table)


def _names(connection: Connection) -> list[str]:
    import sqlalchemy as sa

    inspector = sa.inspect(connection)
    return [*inspector.get_table_names(), *inspector.get_view_names()]


def _tables(connection: Connection) -> str:
    names = [f'"{name}"' for name in _names(connection)]
    return f" Its tables are {', '.join(names[:12])}{' and more' if len(names) > 12 else ''}." if names else ""


@contextmanager
def _told(url: URL) -> Iterator[None]:
    """Say in our own words what the database says, without the secrets of its address."""
    import sqlalchemy as sa

    try:
        yield
    except sa.exc.NoSuchModuleError:
        raise InputError(f'cxkit knows no database "{url.drivername}". {ADDRESS}') from None
    except ModuleNotFoundError as error:
        raise InputError(f'To read {url.get_backend_name()}, install the Python package "{error.name}".') from None
    except (sa.exc.SQLAlchemyError, sqlite3.Error, ArithmeticError, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        message = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        raise InputError(f"The database does not answer as asked: {_without_secrets(message, url)}") from None


def _without_secrets(text: str, url: URL) -> str:
    """The text without the address, its password, and what else it tells the driver."""
    told = [value for values in url.normalized_query.values() for value in values]
    for secret in filter(None, [url.render_as_string(hide_password=False), url.password, *told]):
        text = text.replace(str(secret), "***")
    return text
