"""Every port has its adapters, every adapter runs its port's contract suite, and every scheme leads to one of them."""

import ast
from pathlib import Path

from tests.shape.tree import Module, module, modules, report, source

PORTS = Path("src/fairday/ports")
ADAPTERS = Path("src/fairday/adapters")
CONTRACTS = Path("tests/contract")
TABLE = Path("src/fairday/bootstrap/adapters.py")
# Further questions to the adapters of another port: they answer both, and run one suite.
SAME = {"payment_events": "payments", "payment_reports": "payments"}
# Stand in front of adapters of their own port, which run the suite; what they add has tests of its own.
IN_FRONT = {"ReplicatedDatabase": "tests/adapters/database/test_replicated.py"}


def protocols(one: Module) -> dict[str, set[str]]:
    """The methods of each Protocol in a port."""
    return {
        node.name: _methods(node)
        for node in one.tree.body
        if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id == "Protocol" for b in node.bases)
    }


def _methods(node: ast.ClassDef) -> set[str]:
    return {inner.name for inner in node.body if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)}


def classes_with(methods: set[str], among: list[Module]) -> dict[str, Path]:
    """The classes that have all of these methods, and where they are."""
    return {
        node.name: one.path
        for one in among
        for node in one.tree.body
        if isinstance(node, ast.ClassDef) and methods and methods <= _methods(node)
    }


def ports() -> dict[str, set[str]]:
    """Every port by the name of its file, with the methods of its Protocol."""
    found = {}
    for one in source():
        if one.path.parent == PORTS and one.path.name != "__init__.py":
            inside = protocols(one)
            assert len(inside) == 1, f"{one.path} holds {len(inside)} Protocols: one a file"
            found[one.path.stem] = next(iter(inside.values()))
    return found


def adapters(port: str) -> dict[str, Path]:
    found = classes_with(ports()[port], [one for one in source() if one.path.parent == ADAPTERS / SAME.get(port, port)])
    return {name: path for name, path in found.items() if name not in IN_FRONT}


def imported(one: Module) -> set[str]:
    return {alias.name for node in ast.walk(one.tree) if isinstance(node, ast.ImportFrom) for alias in node.names}


def suites() -> dict[str, Module]:
    return {one.path.stem.removeprefix("test_"): one for one in modules("tests") if one.path.parent == CONTRACTS}


def schemes(one: Module) -> dict[str, dict[str, set[str]]]:
    """The table of adapters: port, scheme, and every name that its factory uses."""
    for node in one.tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "ADAPTERS":
            return {
                port: {name: _names(one, made) for name, made in _entries(inner)}
                for port, inner in _entries(node.value)
            }
    raise AssertionError(f"{one.path} has no table ADAPTERS")


def _entries(table: ast.expr | None) -> list[tuple[str, ast.expr]]:
    assert isinstance(table, ast.Dict)
    return [(_text(key), value) for key, value in zip(table.keys, table.values, strict=True)]


def _names(one: Module, factory: ast.AST) -> set[str]:
    """What a factory names, and what the functions beside the table that it calls name."""
    names = {inner.id for inner in ast.walk(factory) if isinstance(inner, ast.Name)}
    beside = [node for node in one.tree.body if isinstance(node, ast.FunctionDef) and node.name in names]
    return names.union(*({inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)} for node in beside))


def _text(node: ast.expr | None) -> str:
    assert isinstance(node, ast.Constant)
    return str(node.value)


def test_every_scheme_leads_to_an_adapter() -> None:
    table = schemes(next(one for one in source() if one.path == TABLE))
    assert table.keys() == ports().keys() - SAME.keys()
    found = [
        f"{port}: {scheme}: leads to no class in adapters/{port}/"
        for port, factories in table.items()
        for scheme, names in factories.items()
        if not names & adapters(port).keys()
    ]
    assert not found, report(found)


def test_every_adapter_has_a_scheme() -> None:
    table = schemes(next(one for one in source() if one.path == TABLE))
    found = [
        f"{path}: no scheme leads to {name}"
        for port in ports().keys() - SAME.keys()
        for name, path in adapters(port).items()
        if not any(name in names for names in table.get(port, {}).values())
    ]
    assert not found, report(found)


def test_every_port_is_answered() -> None:
    found = [
        f"ports/{port}.py: no class in adapters/{port}/ has all its methods" for port in ports() if not adapters(port)
    ]
    assert ports()
    assert not found, report(found)


def test_every_adapter_runs_its_contract() -> None:
    found = []
    for port in ports():
        suite = suites().get(SAME.get(port, port))
        if suite is None:
            found.append(f"{CONTRACTS}/test_{SAME.get(port, port)}.py is not written")
            continue
        found += [
            f"{suite.path} leaves out {name} ({path})"
            for name, path in adapters(port).items()
            if name not in imported(suite)
        ]
    assert not found, report(found)


def test_the_rules_can_fail() -> None:
    port = module("class P(Protocol):\n    def a(self): ...\n    def b(self): ...")
    methods = protocols(port)["P"]
    assert not classes_with(methods, [module("class X:\n    def a(self): ...")])
    assert classes_with(methods, [module("class X:\n    def a(self): ...\n    def b(self): ...")])
