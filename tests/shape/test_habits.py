"""Habits that a reader may rely on: no late imports, no blanket excepts, nothing executed that was only read.

Secrets are compared in constant time, and comments leave no promises.
"""

import ast
import re

from tests.shape.tree import Module, everything, module, report, source, texts

# Process loops: one failed turn must not end the process. Each logs what it caught.
BLANKET_EXCEPTS: dict[str, str] = {
    "src/fairday/adapters/bus/local.py": "whatever a subscriber raises is its own trouble",
    "src/fairday/adapters/database/replicated.py": "a primary that cannot be probed is its callers' to hear of",
    "src/fairday/bootstrap/running.py": "a sweep that fails is told and tried again",
    "src/fairday/kernel/batch.py": "a batch that fails is tried one by one, and each is told its own trouble",
}

# The composition root may import an optional extra when it is named.
LATE_IMPORTS: dict[str, str] = {
    "src/fairday/bootstrap/adapters.py": "a database driver takes time to load, and one of three is of use",
}

# Equality on something called like a secret that is not one.
PLAIN_COMPARISONS: dict[str, str] = {
    "src/fairday/usecases/manage_staff.py": "two passwords that the same person has just sent",
}

_SECRET = re.compile(r"(?:^|_)(?:secret|password|passphrase|signature|mac|csrf|token|token_hash|password_hash)$")
_PROMISE = re.compile(r"#.*\b(?:TODO|FIXME|XXX|HACK)\b")
_RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
_RUNS_BYTES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}


def late_imports(one: Module) -> list[str]:
    return [
        f"{one.at(inner)} imports inside {node.name}"
        for node in ast.walk(one.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def _caught(handler: ast.ExceptHandler) -> set[str]:
    if handler.type is None:
        return {"everything"}
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {kind.id for kind in kinds if isinstance(kind, ast.Name)}


def blanket_excepts(one: Module) -> list[str]:
    """Catching everything is fine where it is raised again at once (to undo something on the way)."""
    complaints = []
    for node in ast.walk(one.tree):
        if not (isinstance(node, ast.ExceptHandler) and _caught(node) & {"everything", "Exception", "BaseException"}):
            continue
        last = node.body[-1]
        if not (isinstance(last, ast.Raise) and last.exc is None):
            complaints.append(f"{one.at(node)} catches everything")
    return complaints


def executed_input(one: Module) -> list[str]:
    complaints = []
    for node in ast.walk(one.tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in _RUNS_TEXT:
                complaints.append(f"{one.at(node)} calls {name}")
            case ast.Call(func=ast.Attribute(value=ast.Name(id="yaml"), attr="load" | "unsafe_load" | "full_load")):
                complaints.append(f"{one.at(node)} calls yaml.load")
            case ast.Call(func=ast.Attribute(value=ast.Name(id="os"), attr="system" | "popen")):
                complaints.append(f"{one.at(node)} calls a shell")
            case ast.Call(keywords=keywords) if any(
                k.arg == "shell" and isinstance(k.value, ast.Constant) and k.value.value for k in keywords
            ):
                complaints.append(f"{one.at(node)} calls a shell")
            case ast.Import(names=names) if {alias.name.split(".")[0] for alias in names} & _RUNS_BYTES:
                complaints.append(f"{one.at(node)} imports a module that runs what it reads")
            case ast.ImportFrom(module=str(name)) if name.split(".")[0] in _RUNS_BYTES:
                complaints.append(f"{one.at(node)} imports a module that runs what it reads")
    return complaints


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _is_column(node: ast.expr) -> bool:
    """`table.c.token_hash`: a comparison that the database makes."""
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr in {"c", "columns"}
    )


def plain_comparisons(one: Module) -> list[str]:
    """`==` tells by its time how much of a secret was right: `hmac.compare_digest` does not."""
    complaints = []
    for node in ast.walk(one.tree):
        if not (isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq)):
            continue
        sides = [node.left, node.comparators[0]]
        if any(isinstance(side, ast.Constant) or _is_column(side) for side in sides):
            continue
        if any(_SECRET.search(_name(side).lower()) for side in sides):
            complaints.append(f"{one.at(node)} {ast.unparse(node)}: compare secrets with hmac.compare_digest")
    return complaints


def _outside(found: list[str], allowed: dict[str, str]) -> list[str]:
    return [complaint for complaint in found if complaint.split(":", 1)[0] not in allowed]


def test_imports_stand_at_the_top() -> None:
    found = _outside([complaint for one in everything() for complaint in late_imports(one)], LATE_IMPORTS)
    assert not found, report(found)


def test_only_process_loops_catch_everything() -> None:
    found = [complaint for one in source() for complaint in blanket_excepts(one)]
    assert not _outside(found, BLANKET_EXCEPTS), report(_outside(found, BLANKET_EXCEPTS))
    used = {complaint.split(":", 1)[0] for complaint in found}
    assert used == set(BLANKET_EXCEPTS), "the allow-list names files that no longer need it"


def test_nothing_that_was_read_is_executed() -> None:
    found = [complaint for one in everything() for complaint in executed_input(one)]
    assert not found, report(found)


def test_secrets_are_compared_in_constant_time() -> None:
    found = _outside([complaint for one in source() for complaint in plain_comparisons(one)], PLAIN_COMPARISONS)
    assert not found, report(found)


def test_no_promises_are_left_in_comments() -> None:
    found = [
        f"{path}:{number} {line.strip()}"
        for path, text in texts().items()
        if path.suffix == ".py" and path.name != "test_habits.py"
        for number, line in enumerate(text.splitlines(), 1)
        if _PROMISE.search(line)
    ]
    assert not found, report(found)


def test_nothing_is_skipped_or_unwritten() -> None:
    """Only tests/conftest.py may say `not run`, and says so aloud; nothing is a stub."""
    hollow = re.compile(r"pytest\.mark\.(?:skip|xfail)|pytest\.(?:skip|importorskip)\(|raise NotImplementedError")
    found = [
        f"{one.path}:{number} {line.strip()}"
        for one in everything()
        if str(one.path) not in {"tests/conftest.py", "tests/shape/test_habits.py"}
        for number, line in enumerate(one.text.splitlines(), 1)
        if hollow.search(line)
    ]
    assert not found, report(found)


def test_the_rules_can_fail() -> None:
    assert late_imports(module("def f():\n    import os"))
    assert blanket_excepts(module("try:\n    f()\nexcept Exception:\n    g()"))
    assert blanket_excepts(module("try:\n    f()\nexcept (ValueError, BaseException):\n    g()"))
    assert not blanket_excepts(module("try:\n    f()\nexcept BaseException:\n    g()\n    raise"))
    for bad in ("eval(x)", "import pickle", "from pickle import loads", "yaml.load(x)", "run(x, shell=True)"):
        assert executed_input(module(bad)), bad
    assert plain_comparisons(module("given.token == cart.token"))
    assert plain_comparisons(module("signature != expected"))
    assert not plain_comparisons(module("tokens.c.token_hash == bindparam('hash')"))
    assert not plain_comparisons(module("token == ''"))
