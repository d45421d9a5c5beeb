"""Small rooms: a function 60 lines, a file 500, parameters 6; and the road an order takes stays short."""

import ast
from pathlib import Path

from tests.shape.tree import ROOT, Module, everything, module, report, source

FUNCTION_LINES = 60
FILE_LINES = 500
PARAMETERS = 6
PROTOCOL_LINES = 60
# A migration lists tables as they were on a day; nobody reads it as a program, and it never changes again.
MIGRATIONS = Path("src/fairday/adapters/database/migrations/versions")
ORDER_ROAD_LINES = 2_150  # 900 is the aim: docs/decisions/0008-order-road.md

# Every file a reader opens to follow an order from the request to the booked sale.
ORDER_ROAD = (
    "interfaces/api/orders.py",
    "usecases/place_order.py",
    "usecases/quote_cart.py",
    "usecases/hold_order.py",
    "kernel/batch.py",
    "usecases/book_order.py",
    "domain/pricing/quote.py",
    "domain/orders/model.py",
    "domain/orders/store.py",
    "domain/inventory/store.py",
    "domain/payments/store.py",
    "domain/ledger/store.py",
    "ports/payments.py",
)


def long_functions(one: Module) -> list[str]:
    return [
        f"{one.at(node)} {node.name} has {length} lines (at most {FUNCTION_LINES})"
        for node in ast.walk(one.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]


def long_file(one: Module) -> list[str]:
    length = len(one.text.splitlines())
    return [f"{one.path} has {length} lines (at most {FILE_LINES})"] if length > FILE_LINES else []


def wide_functions(one: Module) -> list[str]:
    """`self` and `cls` don't count; nor do tests' fixtures."""
    complaints = []
    for node in ast.walk(one.tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        count = len([argument for argument in given if argument.arg not in {"self", "cls"}])
        if count > PARAMETERS:
            complaints.append(f"{one.at(node)} {node.name} takes {count} parameters (at most {PARAMETERS})")
    return complaints


def large_protocols(one: Module) -> list[str]:
    """A port asks two to five questions, in sixty lines."""
    complaints = []
    for node in one.tree.body:
        if not (
            isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id == "Protocol" for b in node.bases)
        ):
            continue
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > PROTOCOL_LINES:
            complaints.append(f"{one.at(node)} {node.name} has {lines} lines (at most {PROTOCOL_LINES})")
    return complaints


def read() -> list[Module]:
    """What people read."""
    return [one for one in everything() if one.path.parent != MIGRATIONS]


def test_functions_are_short() -> None:
    found = [complaint for one in read() for complaint in long_functions(one)]
    assert not found, report(found)


def test_files_are_short() -> None:
    found = [complaint for one in read() for complaint in long_file(one)]
    assert not found, report(found)


def test_functions_take_few_parameters() -> None:
    found = [complaint for one in source() for complaint in wide_functions(one)]
    assert not found, report(found)


def test_ports_are_small() -> None:
    ports = [one for one in source() if one.path.parent == Path("src/fairday/ports")]
    found = [complaint for one in ports for complaint in large_protocols(one)]
    assert not found, report(found)


def test_an_order_can_be_read_in_one_sitting() -> None:
    lengths = {name: len((ROOT / "src/fairday" / name).read_text().splitlines()) for name in ORDER_ROAD}
    assert sum(lengths.values()) <= ORDER_ROAD_LINES, report([f"{lines:5} {name}" for name, lines in lengths.items()])


def test_the_rules_can_fail() -> None:
    long = "def f():\n" + "    x = 1\n" * FUNCTION_LINES
    assert long_functions(module(long))
    assert not long_functions(module(long.removesuffix("    x = 1\n")))
    assert long_file(module("x = 1\n" * (FILE_LINES + 1)))
    assert wide_functions(module("def f(a, b, c, d, *, e, f, g): ..."))
    assert not wide_functions(module("def f(self, a, b, c, d, *, e, f): ..."))
    assert large_protocols(module("class P(Protocol):\n" + "    a: int\n" * PROTOCOL_LINES))
