"""Every statement of the house, for one row and for many, is one that the real servers understand and can plan."""

import pkgutil
import sys
from collections.abc import Mapping
from importlib import import_module

import pytest
from sqlalchemy import Column
from sqlalchemy.sql.visitors import iterate

from fairday.adapters.database.address import address_of
from fairday.adapters.database.mysql import connect_to as connect_to_mysql
from fairday.adapters.database.postgresql import connect_to as connect_to_postgresql
from fairday.kernel.invariants import Invariant
from fairday.kernel.sql import Statement
from tests import engines
from tests.conftest import not_run

# Asked of one engine only.
ONLY_ON = {"fairday.adapters.bus.horizon._SESSIONS": "postgresql"}
FLOORS = ("adapters", "domain", "interfaces", "kernel", "subscribers", "usecases")


def statements() -> dict[str, Statement]:
    """All there are, under the names their modules give them."""
    for floor in FLOORS:
        for found in pkgutil.walk_packages(import_module(f"fairday.{floor}").__path__, f"fairday.{floor}."):
            if ".migrations" not in found.name:
                import_module(found.name)
    found: dict[str, Statement] = {}
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("fairday."):
            for name, value in vars(module).items():
                found |= {f"{module.__name__}.{name}{where}": one for where, one in _within(value)}
    return {name: one for one, name in {one: name for name, one in found.items()}.items()}


def _within(value: object) -> list[tuple[str, Statement]]:
    """The statements that a module's variable holds: one, rules, or several in a mapping or a tuple."""
    match value:
        case Statement():
            return [("", value)]
        case Invariant():
            return [(f" {value.name}", value.statement)]
        case Mapping():
            return [(f"[{key}]{where}", one) for key, inner in value.items() for where, one in _within(inner)]
        case tuple():
            return [found for inner in value for found in _within(inner)]
        case _:
            return []


def texts(dialect: str) -> dict[str, str]:
    found = {}
    for name, statement in statements().items():
        if ONLY_ON.get(name, dialect) != dialect:
            continue
        compiled = statement.compiled(dialect)
        found[name] = compiled.text
        if statement.construct.is_dml and not compiled.lists:
            found[f"{name} for many"] = statement.many(dialect).text
    return found


@pytest.mark.parametrize("engine_name", engines.SERVERS)
async def test_a_server_understands_every_statement(engine_name, tmp_path):
    try:
        with engines.fresh(engine_name, tmp_path) as url:
            complaints = await {"postgresql": _by_postgresql, "mysql": _by_mysql}[engine_name](url)
    except engines.MissingEngineError as missing:
        not_run(str(missing))
    assert complaints == {}


async def _by_postgresql(url: str) -> dict[str, str]:
    connection = await connect_to_postgresql(address_of(url))
    complaints = {}
    for name, text in texts("postgresql").items():
        try:
            await connection.prepare(text)
        except Exception as problem:  # noqa: BLE001 - all are listed
            complaints[name] = f"{problem}: {text}"
    await connection.close()
    return complaints


async def _by_mysql(url: str) -> dict[str, str]:
    connection = await connect_to_mysql(address_of(url))
    complaints = {}
    for name, text in texts("mysql").items():
        try:
            await (await connection.prepare(text)).close()
        except Exception as problem:  # noqa: BLE001 - all are listed
            complaints[name] = f"{problem}: {text}"
    await connection.ensure_closed()
    return complaints


def test_there_is_something_to_understand():
    assert len(statements()) > 250


def test_nothing_that_an_update_sets_depends_on_what_else_it_sets():
    """Where it does, MySQL takes the new value and the others take the old one."""
    complaints = []
    for name, statement in statements().items():
        values = getattr(statement.construct, "_values", None) if statement.construct.is_dml else None
        if values and statement.construct.is_update:
            changed = {getattr(column, "name", column) for column in values}
            complaints += [
                f"{name} sets {column} from {used.name}"
                for column, value in values.items()
                for used in iterate(value)
                if isinstance(used, Column) and used.name in changed and used.name != getattr(column, "name", column)
            ]
    assert complaints == []
