"""What the code itself must not do, read from its syntax: classes of bugs that other shops were taken over by."""

import ast
import re
from pathlib import Path

from fairday.domain.access import ROLES, allows
from fairday.domain.access.permissions import covers
from tests.shape.tree import Module, module, source

SRC = Path(__file__).parents[2] / "src" / "fairday"
# Whoever reads XML with these may be told to read files and other machines (XXE). Writing it needs none of them.
XML = {"xml", "lxml", "defusedxml", "xmltodict", "html5lib", "feedparser"}
XML_WRITING = {"xml.sax.saxutils"}
# Nothing here calls other machines yet: what does will come with a port, an allow-list and a test for SSRF.
CLIENTS = {"urllib.request", "http.client", "httpx", "requests", "aiohttp", "ftplib", "smtplib", "telnetlib", "socket"}
# Listening is not calling.
LISTENS = {
    "src/fairday/bootstrap/server.py": {"socket"},
    "src/fairday/adapters/payments/stripe.py": {"httpx"},
    "src/fairday/cli/bench/scratch.py": {"http.client", "socket"},  # the store it started, on the loopback
}
PROCESSES = {"subprocess", "pty", "commands"}
# Their words are ours, or the operator's own settings; none of them is a shopper's.
MAY_START_PROCESSES = {
    "src/fairday/adapters/database/copying.py",  # pg_dump and its like
    "src/fairday/cli/bench/load.py",  # the compiler, and the client it makes
    "src/fairday/cli/bench/scratch.py",  # the store that is measured
}
# Templates whose text comes from anywhere but the package.
TEXT_TEMPLATES = {
    "render_str",
    "from_string",
    "eval_expr",
    "compile_expression",
    "add_template",
    "template_from_string",
}
# The only places where a template shows text as it is; each was sanitised or made by us.
SAFE = {
    "storefront/templates/product.html": 3,  # two documents without `<`, and rich text that was sanitised
}


def imports(one: Module) -> set[str]:
    found = set()
    for node in ast.walk(one.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def importing(one: Module, banned: set[str]) -> set[str]:
    return {name for name in imports(one) if any(name == bad or name.startswith(f"{bad}.") for bad in banned)}


def text_templates(one: Module) -> list[str]:
    return [
        one.at(node)
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TEXT_TEMPLATES
    ]


def sql_from_text(one: Module) -> list[str]:
    """`execute(f"...{x}")`, or SQLAlchemy's `text` and `literal_column`: a statement that is put together."""
    found = []
    for node in ast.walk(one.tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Attribute):
            made = isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
            if made and node.func.attr in {"execute", "executemany", "executescript"}:
                found.append(one.at(node))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("sqlalchemy"):
            found += [one.at(node) for alias in node.names if alias.name in {"text", "literal_column"}]
    return found


def test_no_xml_is_parsed():
    assert not [(str(one.path), found) for one in source() if (found := importing(one, XML) - XML_WRITING)]
    assert importing(module("from lxml import etree"), XML)
    assert importing(module("import xml.etree.ElementTree"), XML) - XML_WRITING


def test_no_other_machine_is_called():
    calling = {str(one.path): found for one in source() if (found := importing(one, CLIENTS))}
    assert not {path: found for path, found in calling.items() if not found <= LISTENS.get(path, set())}
    assert importing(module("import urllib.request"), CLIENTS)


def test_no_process_is_started_with_words_from_outside():
    starting = {str(one.path) for one in source() if importing(one, PROCESSES)}
    assert starting <= MAY_START_PROCESSES
    assert importing(module("from subprocess import run"), PROCESSES)


def test_templates_come_from_the_package_only():
    """What a merchant or a shopper wrote is shown by templates and never is one."""
    assert not [place for one in source() for place in text_templates(one)]
    assert text_templates(module("environment.render_str(product.name)"))


def test_statements_are_not_put_together_from_text():
    """But for names of columns and pragmas that stand in the same file."""
    known = {
        "src/fairday/adapters/payments/sandbox_record.py",
        "src/fairday/adapters/database/sqlite.py",
        "src/fairday/adapters/bus/horizon.py",  # what only PostgreSQL has a word for
        "src/fairday/domain/orders/queries.py",  # a day in milliseconds
    }
    found = [place for one in source() for place in sql_from_text(one)]
    assert {place.partition(":")[0] for place in found} <= known
    assert sql_from_text(module("cursor.execute(f'select {x}')"))
    assert sql_from_text(module("from sqlalchemy import text"))


def test_text_is_shown_as_it_is_in_known_places_only():
    counted = {
        path.relative_to(SRC / "interfaces").as_posix(): len(re.findall(r"\|\s*safe\b|autoescape", text))
        for path in SRC.rglob("*.html")
        if (text := path.read_text(encoding="utf-8")) and re.search(r"\|\s*safe\b|autoescape", text)
    }
    assert counted == SAFE


def test_scripts_make_no_markup_of_text():
    bad = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage|localStorage"
    )
    scripts = list(SRC.rglob("*.js"))
    assert scripts
    assert not [(path.name, found[0]) for path in scripts if (found := bad.findall(path.read_text(encoding="utf-8")))]


def test_pages_ask_no_other_host():
    outside = re.compile(r"""(?:src|href|action)=["']?(?:https?:)?//""")
    assert not [path.name for path in SRC.rglob("*.html") if outside.search(path.read_text(encoding="utf-8"))]


def test_asking_for_no_right_gives_none():
    """`all([])` is true, and once opened a whole shop."""
    for role in (*ROLES, "", "root", "*"):
        assert not allows(role)
        assert not allows(role, "")
        assert not allows(role, "*")
        assert not allows(role, "orders.view", "")
    assert not covers(frozenset(), "read")
    assert not covers(frozenset({"read", "write"}), "")


def test_password_fields_are_masked_and_open_to_managers():
    """Typed in plain sight by nobody, pasted and filled in by whatever keeps it."""
    secret = re.compile(r'(?:name="|field\([\w.]+, ")(?:password|current|repeated)"[^>}]*')
    found = [
        (path.name, field) for path in SRC.rglob("*.html") for field in secret.findall(path.read_text(encoding="utf-8"))
    ]
    assert len(found) >= 8
    for name, field in found:
        assert re.search(r'type="?password', field), (name, field)
        assert re.search(r'autocomplete="?(?:current|new)-password', field), (name, field)
    assert not [path.name for path in SRC.rglob("*.js") if "paste" in path.read_text(encoding="utf-8")]


def _is_ours(node: ast.expr) -> bool:
    """A literal, literals side by side, or a literal with constants of the module (`{_TIME}`) in it."""
    if isinstance(node, ast.JoinedStr):
        return all(
            isinstance(part, ast.Constant)
            or (isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) and part.value.id.isupper())
            for part in node.values
        )
    return isinstance(node, ast.Constant)


def made_patterns(one: Module) -> list[str]:
    """`re.compile(x)`, `re.sub(a + b, ...)`, `x.format(...)` on anything but a literal or a constant in capitals."""
    found = []
    for node in ast.walk(one.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        on = node.func.value
        if isinstance(on, ast.Name) and on.id == "re" and node.args and not _is_ours(node.args[0]):
            found.append(one.at(node))
        text = isinstance(on, ast.Constant) or (isinstance(on, ast.Name) and on.id.strip("_").isupper())
        json = isinstance(on, ast.Attribute) and on.attr == "json"
        if node.func.attr in {"format", "format_map"} and not text and not json:
            found.append(one.at(node))
    return found


OWN_PATTERNS = {
    "src/fairday/interfaces/api/dispatch.py",  # made of the API's own addresses
    "src/fairday/adapters/database/mysql.py",  # its own timeouts
    "src/fairday/bootstrap/demo_pictures.py",  # of its own widths
    "src/fairday/domain/fulfilment/model.py",  # the table of carriers
}


def test_patterns_and_formats_are_never_made_of_input():
    found = [place for one in source() for place in made_patterns(one)]
    assert {place.partition(":")[0] for place in found} <= OWN_PATTERNS, found
    assert made_patterns(module("re.search(query, text)"))
    assert made_patterns(module("customer.name.format(shop=shop)"))
    assert made_patterns(module("re.compile(f'{word}x')"))
    assert not made_patterns(module("re.compile(rf'{_TIME}x')"))
