"""SQL described once with SQLAlchemy Core, compiled once per dialect, and run by a bare driver.

Statements never pass values through SQLAlchemy, so columns hold native types only: integers, text and bytes.
Each `Statement` names its parameters with `bindparam`; a list belongs to a `within` parameter and to no other.

What is run for many rows has a second form on servers, derived from the first: one statement whose parameters are
columns of a table made of those rows. No two of them may change the same stored row there, so add up per key first.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    func,
    select,
)
from sqlalchemy import column as named_column
from sqlalchemy import insert as insert_into
from sqlalchemy.dialects import registry
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.elements import BindParameter, ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import FromClause
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import Boolean, TypeEngine

METADATA = MetaData()
KEY_LENGTH = 191  # the longest text that every engine can index
GIVEN = "given"  # the table of rows in a statement for many
# SQLAlchemy's name and options; loaded when first asked for, since two of the three are of no use to a process.
DIALECTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "sqlite": ("sqlite.pysqlite", {}),
    "postgresql": ("postgresql.asyncpg", {}),
    "mysql": ("mysql.asyncmy", {"paramstyle": "qmark"}),
}
Parameters = Mapping[str, Any]
Getter = Callable[[Parameters], tuple[Any, ...]]


class Compiled:
    """Text for one dialect, with the parameters in the driver's order.

    `lists` are the places of `within` parameters. `counts_given` says that its row count is the number of rows given,
    whatever the driver counts; `only_new` that duplicates of the primary key are left out, and nothing else.
    """

    counts_given = False
    only_new = False

    def __init__(self, text: str, names: Sequence[str], constants: Parameters, lists: Iterable[str] = ()) -> None:
        self.text = text
        self.names = tuple(names)
        self.constants = dict(constants)
        self.lists = tuple(place for place, name in enumerate(self.names) if name in set(lists))
        self._get = _getter(self.names)
        self._lengthened: dict[tuple[int, ...], str] = {}

    def values(self, parameters: Parameters) -> tuple[Any, ...]:
        """The values in order. A missing parameter is our mistake and raises KeyError."""
        return self._get({**self.constants, **parameters} if self.constants else parameters)

    def values_as_json(self, parameters: Parameters) -> tuple[Any, ...]:
        """The same, lists as JSON text."""
        values = self.values(parameters)
        if not self.lists:
            return values
        changed = list(values)
        for place in self.lists:
            changed[place] = _json(list(changed[place]))
        return tuple(changed)

    def lengthened(self, parameters: Parameters) -> tuple[str, tuple[Any, ...]]:
        """The same for a driver whose lists are as many `?` as they have items: text and values.

        Lengths are rounded up to a power of two, the last item repeated, so that there are few texts to prepare.
        """
        values = self.values(parameters)
        if not self.lists:
            return self.text, values
        lists = {place: _padded(values[place]) for place in self.lists}
        sizes = tuple(map(len, lists.values()))
        text = self._lengthened.get(sizes)
        if text is None:
            marks = ["?"] * len(values)
            for place, items in lists.items():
                marks[place] = ",".join("?" * len(items))
            parts = self.text.split("?")
            assert len(parts) == len(marks) + 1, "a question mark in a statement that is not a parameter"
            text = "".join(f"{part}{mark}" for part, mark in zip(parts, [*marks, ""], strict=True))
            self._lengthened[sizes] = text
        flat = [item for place, value in enumerate(values) for item in lists.get(place, (value,))]
        return text, tuple(flat)


class CompiledMany(Compiled):
    """The form for many rows: its parameters are the columns of all rows, or one JSON text of them named `given`."""

    def __init__(self, single: Compiled, fields: Sequence[str], form: Compiled) -> None:
        super().__init__(form.text, form.names, form.constants)
        self.counts_given, self.only_new = single.counts_given, single.only_new
        self._row = _getter(fields)
        self._fields = tuple(fields)

    def columns(self, rows: Sequence[Parameters]) -> tuple[Any, ...]:
        """The parameters, every field a sequence of all rows' values; there is at least one row."""
        return self.values(dict(zip(self._fields, zip(*map(self._row, rows), strict=True), strict=True)))

    def document(self, rows: Sequence[Parameters]) -> tuple[Any, ...]:
        """The parameters, all rows as one JSON text."""
        return self.values({GIVEN: _json(list(map(self._row, rows)))})


class Statement:
    """A statement described once. `ending` gets a dialect and says what SQLAlchemy has no common word for."""

    def __init__(self, construct: Any, *, ending: Callable[[Dialect], str] | None = None) -> None:  # noqa: ANN401
        self.construct = construct
        self._ending = ending or (lambda _dialect: "")
        self._compiled: dict[str, Compiled] = {}
        self._many: dict[str, CompiledMany] = {}
        self.counts_given = False
        self.only_new = False

    def compiled(self, dialect_name: str) -> Compiled:
        """The text for a dialect, compiled on first use."""
        found = self._compiled.get(dialect_name)
        if found is None:
            found, _ = self._compile(self.construct, dialect_name)
            self._compiled[dialect_name] = found
        return found

    def many(self, dialect_name: str) -> CompiledMany:
        """The form that takes all rows at once, derived on first use."""
        found = self._many.get(dialect_name)
        if found is None:
            found = self._many[dialect_name] = self._derive(dialect_name)
        return found

    def _compile(self, construct: Any, dialect_name: str) -> tuple[Compiled, Mapping[str, TypeEngine[Any]]]:  # noqa: ANN401
        dialect = dialect_of(dialect_name)
        compiled = construct.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        names = compiled.positiontup if compiled.positiontup is not None else list(compiled.params)
        required = {name: bind.type for name, bind in compiled.binds.items() if bind.required}
        constants = {name: value for name, value in compiled.params.items() if name not in required}
        lists = [name for name, bind in compiled.binds.items() if getattr(bind, "is_list", False)]
        made = Compiled(f"{compiled}{self._ending(dialect)}", names, constants, lists)
        made.counts_given, made.only_new = self.counts_given, self.only_new
        return made, required

    def _derive(self, dialect_name: str) -> CompiledMany:
        single, types = self._compile(self.construct, dialect_name)
        assert not single.lists, "a list among many rows"
        given = _GIVEN_FORMS[dialect_name](types)

        def replace(element: Any, **_: Any) -> Any:  # noqa: ANN401
            return given.c[element.key] if isinstance(element, BindParameter) and element.key in types else None

        if isinstance(self.construct, Insert):
            table, values = self.construct.table, getattr(self.construct, "_values", None)
            shown = values or {name: given.c[name] for name in single.names}
            chosen = [replacement_traverse(value, {}, replace) for value in shown.values()]
            names = [getattr(name, "name", name) for name in shown]
            construct: Any = insert_into(table).from_select(names, select(*chosen), include_defaults=False)
            for prefix, dialect in self.construct._prefixes:  # noqa: SLF001 - there is no public way to ask
                construct = construct.prefix_with(prefix, dialect=dialect)
        else:
            construct = replacement_traverse(self.construct, {}, replace)
        form, _ = self._compile(construct, dialect_name)
        return CompiledMany(single, list(types), form)


def upsert(table: Table, *, keep: Sequence[str] = ()) -> Statement:
    """Insert a row of all columns, or overwrite the row with its primary key except for the columns in `keep`."""
    keys = [column.name for column in table.primary_key.columns]
    rest = [column.name for column in table.columns if column.name not in {*keys, *keep}]
    if not rest:
        return insert_new(table)

    def ending(dialect: Dialect) -> str:
        quote = dialect.identifier_preparer.quote
        if dialect.name == "mysql":
            changes = ", ".join(f"{quote(name)} = VALUES({quote(name)})" for name in rest)
            return f" ON DUPLICATE KEY UPDATE {changes}"
        changes = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in rest)
        return f" ON CONFLICT ({', '.join(map(quote, keys))}) DO UPDATE SET {changes}"

    statement = Statement(insert_into(table), ending=ending)
    statement.counts_given = True
    return statement


def insert_new(table: Table) -> Statement:
    """Insert a row of all columns unless its primary key is taken; the row count says how many were new."""
    keys = [column.name for column in table.primary_key.columns]

    def ending(dialect: Dialect) -> str:
        quote = dialect.identifier_preparer.quote
        return "" if dialect.name == "mysql" else f" ON CONFLICT ({', '.join(map(quote, keys))}) DO NOTHING"

    statement = Statement(insert_into(table).prefix_with("IGNORE", dialect="mysql"), ending=ending)
    statement.only_new = True
    return statement


class within(ColumnElement[bool]):  # noqa: N801 - reads as an operator
    """`column IN (the list given as parameter name)`, as one parameter of any length."""

    inherit_cache = False
    type = Boolean()
    _is_implicitly_boolean = True  # or SQLAlchemy appends `= 1`, and no index helps

    def __init__(self, column: Column[Any] | ColumnElement[Any], name: str) -> None:
        self.column = column
        self.parameter: BindParameter[Any] = bindparam(name, type_=_plain(column.type))
        self.array: BindParameter[Any] = bindparam(name, type_=ARRAY(_plain(column.type)))
        for parameter in (self.parameter, self.array):
            parameter.is_list = True  # type: ignore[attr-defined]


@compiles(within, "sqlite")
def _within_sqlite(element: within, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    column, parameter = compiler.process(element.column, **kw), compiler.process(element.parameter, **kw)
    return f"{column} IN (SELECT value FROM json_each({parameter}))"  # noqa: S608 - two compiled parts, no input


@compiles(within, "postgresql")
def _within_postgresql(element: within, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    return f"{compiler.process(element.column, **kw)} = ANY({compiler.process(element.array, **kw)})"


@compiles(within, "mysql")
def _within_mysql(element: within, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    return f"{compiler.process(element.column, **kw)} IN ({compiler.process(element.parameter, **kw)})"


class _rows_of_json(FunctionElement[Any]):  # noqa: N801 - a function in SQL
    """MySQL's table of a JSON array of arrays, each as long as there are fields."""

    inherit_cache = False
    name = "json_table"
    fields: Mapping[str, TypeEngine[Any]]


@compiles(_rows_of_json, "mysql")
def _json_table(element: _rows_of_json, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    quote = compiler.preparer.quote
    fields = ", ".join(
        f"{quote(name)} {_mysql_type(kind)} PATH '$[{place}]'"
        for place, (name, kind) in enumerate(element.fields.items())
    )
    return f"JSON_TABLE({compiler.process(element.clauses, **kw)}, '$[*]' COLUMNS ({fields}))"


def _mysql_type(kind: TypeEngine[Any]) -> str:
    if isinstance(_plain(kind), Integer):
        return "BIGINT"
    # One character more than fits: what is too long must be refused by the column, not cut here.
    length = getattr(kind, "length", None)
    text = f"VARCHAR({length + 1})" if length else "LONGTEXT"
    return f"{text} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"


def _given_unnested(types: Mapping[str, TypeEngine[Any]]) -> FromClause:
    arrays = [bindparam(name, type_=ARRAY(_plain(kind)), required=True) for name, kind in types.items()]
    columns = [named_column(name, _plain(kind)) for name, kind in types.items()]
    return func.unnest(*arrays).table_valued(*columns).render_derived(name=GIVEN)


def _given_as_json(types: Mapping[str, TypeEngine[Any]]) -> FromClause:
    assert not any(isinstance(kind, LargeBinary) for kind in types.values()), "bytes do not travel in JSON: use run"
    function = _rows_of_json(bindparam(GIVEN, type_=Text(), required=True))
    function.fields = types
    return function.table_valued(*(named_column(name, kind) for name, kind in types.items()), name=GIVEN)


_GIVEN_FORMS: Mapping[str, Callable[[Mapping[str, TypeEngine[Any]]], FromClause]] = {
    "postgresql": _given_unnested,
    "mysql": _given_as_json,
}


@lru_cache
def dialect_of(name: str) -> Dialect:
    """SQLAlchemy's way of speaking it."""
    known, options = DIALECTS[name]
    made: Dialect = registry.load(known)(**options)
    return made


def _plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    if isinstance(kind, Integer):
        return BigInteger()
    if isinstance(kind, LargeBinary):
        return LargeBinary()
    assert isinstance(kind, String), f"a parameter of unknown type ({kind!r}): say which, bindparam(name, type_=...)"
    return Text()


def _getter(names: Sequence[str]) -> Getter:
    if len(names) > 1:
        return itemgetter(*names)
    if names:
        (name,) = names
        return lambda parameters: (parameters[name],)
    return lambda _parameters: ()


def _padded(items: Sequence[Any]) -> list[Any]:
    """At least one item, as many as the next power of two."""
    found = list(items) or [None]
    return found + [found[-1]] * ((1 << (len(found) - 1).bit_length()) - len(found))


def _json(value: Any) -> str:  # noqa: ANN401
    return msgspec.json.encode(value).decode()
