"""SQL described once with SQLAlchemy Core, compiled once per dialect, and run by a bare driver.

Statements never pass values through SQLAlchemy, so columns hold native types only: integers, text and bytes.
Each `Statement` names its parameters with `bindparam`; a list given to a `within` parameter travels as JSON.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Column, MetaData, String, Table, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter, ColumnElement
from sqlalchemy.types import Boolean

METADATA = MetaData()
KEY_LENGTH = 191  # the longest text that every engine can index
DIALECTS: Mapping[str, Callable[[], Dialect]] = {"sqlite": sqlite.dialect}


class Compiled:
    """Text for one dialect, with the parameters in the driver's order."""

    def __init__(self, text: str, names: Sequence[str], constants: Mapping[str, Any]) -> None:
        self.text = text
        self.names = tuple(names)
        self.constants = dict(constants)

    def values(self, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values in order. A list becomes JSON text; a missing parameter is our mistake and raises KeyError."""
        constants = self.constants
        return tuple(_native(parameters[name]) if name in parameters else constants[name] for name in self.names)


class Statement:
    """A statement described once. `describe` gets a dialect's name and returns the SQLAlchemy construct."""

    def __init__(self, construct: Any, *, describe: Callable[[str], Any] | None = None) -> None:  # noqa: ANN401
        self._describe = describe or (lambda _dialect: construct)
        self._compiled: dict[str, Compiled] = {}

    def compiled(self, dialect_name: str) -> Compiled:
        """The text for a dialect, compiled on first use."""
        found = self._compiled.get(dialect_name)
        if found is None:
            found = self._compiled[dialect_name] = _compile(self._describe(dialect_name), dialect_name)
        return found


def upsert(table: Table, *, keep: Sequence[str] = ()) -> Statement:
    """Insert a row of all columns, or overwrite the row with its primary key except for the columns in `keep`."""

    def describe(dialect_name: str) -> Any:  # noqa: ANN401
        if dialect_name != "sqlite":
            raise LookupError(f"no form of this statement for {dialect_name}")
        construct = sqlite_insert(table)
        keys = [column.name for column in table.primary_key.columns]
        rest = {c.name: construct.excluded[c.name] for c in table.columns if c.name not in {*keys, *keep}}
        if not rest:
            return construct.on_conflict_do_nothing(index_elements=keys)
        return construct.on_conflict_do_update(index_elements=keys, set_=rest)

    return Statement(None, describe=describe)


def insert_new(table: Table) -> Statement:
    """Insert a row of all columns unless its primary key is taken; the row count says which."""

    def describe(dialect_name: str) -> Any:  # noqa: ANN401
        if dialect_name != "sqlite":
            raise LookupError(f"no form of this statement for {dialect_name}")
        keys = [column.name for column in table.primary_key.columns]
        return sqlite_insert(table).on_conflict_do_nothing(index_elements=keys)

    return Statement(None, describe=describe)


class within(ColumnElement[bool]):  # noqa: N801 - reads as an operator
    """`column IN (the list given as parameter name)`, as one parameter of any length."""

    inherit_cache = False
    type = Boolean()
    _is_implicitly_boolean = True  # or SQLAlchemy appends `= 1`, and no index helps

    def __init__(self, column: Column[Any] | ColumnElement[Any], name: str) -> None:
        self.column = column
        self.parameter: BindParameter[str] = bindparam(name, type_=String())


@compiles(within, "sqlite")
def _within_sqlite(element: within, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    column = compiler.process(element.column, **kw)
    parameter = compiler.process(element.parameter, **kw)
    return f"{column} IN (SELECT value FROM json_each({parameter}))"  # noqa: S608 - two compiled parts, no input


@lru_cache
def _dialect(name: str) -> Dialect:
    return DIALECTS[name]()


def _compile(construct: Any, dialect_name: str) -> Compiled:  # noqa: ANN401
    compiled = construct.compile(dialect=_dialect(dialect_name), compile_kwargs={"render_postcompile": True})
    names = compiled.positiontup if compiled.positiontup is not None else list(compiled.params)
    required = {name for name, value in compiled.binds.items() if value.required}
    constants = {name: value for name, value in compiled.params.items() if name not in required}
    return Compiled(str(compiled), names, constants)


def _native(value: Any) -> Any:  # noqa: ANN401
    return msgspec.json.encode(value).decode() if isinstance(value, (list, tuple)) else value
