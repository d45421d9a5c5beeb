"""Invariants: questions about stored rows whose right answer is nothing."""

from msgspec import Struct

from fairday.kernel.sql import Statement


class Invariant(Struct, frozen=True):
    """`statement` selects the rows that break the rule in `sentence`; `columns` names what it selects."""

    name: str
    sentence: str
    columns: tuple[str, ...]
    statement: Statement
