"""Every module opens with what lives in it; a domain package carries a card: docstring and 12 public names at most."""

import ast
from pathlib import Path

from tests.shape.tree import Module, everything, module, report, source

PUBLIC_NAMES = 12
DOMAIN = Path("src/fairday/domain")
ROOMS = {"__init__.py", "model.py", "store.py", "tables.py", "errors.py", "events.py", "invariants.py"}
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "data", "common", "misc"}


def public_names(one: Module) -> list[str] | None:
    """What `__all__` lists, or nothing where there is none."""
    for node in one.tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return list(ast.literal_eval(node.value))
    return None


def card_complaints(one: Module) -> list[str]:
    complaints = []
    names = public_names(one)
    if not ast.get_docstring(one.tree):
        complaints.append(f"{one.path} does not say what the package keeps")
    if names is None:
        complaints.append(f"{one.path} has no __all__")
    elif len(names) > PUBLIC_NAMES:
        complaints.append(f"{one.path} offers {len(names)} names (at most {PUBLIC_NAMES})")
    return complaints


def domain_packages() -> set[Path]:
    return {
        Path(*one.path.parts[:4]) for one in source() if one.path.is_relative_to(DOMAIN) and len(one.path.parts) > 4
    }


def test_every_domain_package_has_a_card() -> None:
    cards = {one.path: one for one in source() if one.path.name == "__init__.py"}
    found = []
    for package in sorted(domain_packages()):
        card = cards.get(package / "__init__.py")
        found += card_complaints(card) if card else [f"{package} has no card"]
    assert domain_packages()
    assert not found, report(found)


def test_domain_packages_have_the_same_rooms() -> None:
    odd = [
        str(one.path)
        for one in source()
        if one.path.is_relative_to(DOMAIN) and len(one.path.parts) > 4 and one.path.name not in ROOMS
    ]
    assert sorted(odd) == sorted(SPLIT_ROOMS), report(sorted(set(odd) ^ set(SPLIT_ROOMS)))


# Rooms of a package's own, each with what it holds and why it stands apart.
SPLIT_ROOMS: dict[str, str] = {
    "src/fairday/domain/access/audit.py": "the hash chain, apart from who may do what",
    "src/fairday/domain/access/permissions.py": "who may do what, as data",
    "src/fairday/domain/access/totp.py": "codes of authenticator apps, a standard's arithmetic",
    "src/fairday/domain/inventory/routing.py": "from where an order is sent, pure",
    "src/fairday/domain/inventory/sending.py": "what leaves the shelf; store.py is the road of an order",
    "src/fairday/domain/inventory/shelves.py": "what staff do to the stock; store.py is the road of an order",
    "src/fairday/domain/ledger/closing.py": "closed days and months; store.py is the road of an entry",
    "src/fairday/domain/ledger/reports.py": "the books against providers' records; store.py is the road of an entry",
    "src/fairday/domain/orders/history.py": "orders of former shops, as they were imported; they are no sales of ours",
    "src/fairday/domain/orders/queries.py": "questions of back office and account; store.py is the road of an order",
    "src/fairday/domain/payments/capturing.py": "capturing later than ordering; store.py is the road of a payment",
    "src/fairday/domain/payments/inbox.py": "what providers tell unasked; store.py is the road of a payment",
    "src/fairday/domain/pricing/defaults.py": "what a new shop charges, as data",
    "src/fairday/domain/pricing/gift_store.py": "the SQL of gift balances; store.py is that of prices and rules",
    "src/fairday/domain/pricing/gifts.py": "gift cards and store credit: money paid before, no part of a price",
    "src/fairday/domain/pricing/quote.py": "the one pure function that prices a cart",
}


def test_modules_say_what_lives_in_them() -> None:
    found = [str(one.path) for one in everything() if not ast.get_docstring(one.tree)]
    assert not found, report(found)


def test_nothing_is_called_utils() -> None:
    found = [str(one.path) for one in source() if VAGUE & {part.removesuffix(".py") for part in one.path.parts}]
    assert not found, report(found)


def test_the_rules_can_fail() -> None:
    assert card_complaints(module("x = 1"))
    assert card_complaints(module(f'"""Keeps."""\n__all__ = {[f"n{i}" for i in range(13)]!r}'))
    assert not card_complaints(module('"""Keeps."""\n__all__ = ["a"]'))
