"""Which passwords are refused: too short, too long, well known, or made of the shop's name or the login.

There are no rules about kinds of characters. A well-known password is one whose core, when digits and signs at its ends
and letter swaps (4 for a, $ for s) are undone, is in `common_passwords.txt`: a few hundred words stand for many
thousands of passwords. Length counts characters (code points).
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise

from fairday.kernel.folding import folded
from fairday.ports.identity import WeakPassword

SHORTEST = 8
RECOMMENDED = 15
LONGEST = 128
_FEWEST_DISTINCT = 4
_DIGITS_ONLY_BELOW = 12
_TRIMMED_AT_MOST = 6  # more digits than this after a common word were chosen, not added
_CONTEXT_SHORTEST = 4
_SWAPS = str.maketrans("01345789@$!+", "oieastbgasit")
_SEPARATORS = re.compile(r"[\W_]+")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_RUNS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm",
         "azertyuiop", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujm")  # fmt: skip
_RUN_SHARE = 0.75


def refuse_weak(password: str, context: Sequence[str]) -> None:
    """WeakPassword with the reason; `context` holds the shop's name, the login and the like."""
    reason = _weakness(password, context)
    if reason:
        raise WeakPassword(field="password", problem=f"error-password-{reason.replace('_', '-')}", reason=reason)


def is_checkable(password: str) -> bool:
    """Whether it could be anybody's password at all: longer ones, and text that is not Unicode, are not hashed."""
    return len(password) <= LONGEST and not any("\ud800" <= character <= "\udfff" for character in password)


def _weakness(password: str, context: Sequence[str]) -> str:
    if len(password) < SHORTEST:
        return "too_short"
    if not is_checkable(password):
        return "too_long"
    plain = folded(password)
    if len(set(plain)) < _FEWEST_DISTINCT or (plain.isdigit() and len(plain) < _DIGITS_ONLY_BELOW):
        return "common"
    if _is_known(plain) or _is_run(plain):
        return "common"
    return "context" if _is_context(plain, context) else ""


def _is_known(plain: str) -> bool:
    known = _common_passwords()
    return any(core in known or _half(core) in known for core in _cores(plain))


def _cores(plain: str) -> set[str]:
    cores = set()
    for text in (plain, plain.translate(_SWAPS)):
        trimmed = _EDGES.sub("", text)
        kept = trimmed if len(text) - len(trimmed) <= _TRIMMED_AT_MOST else text
        cores |= {text, kept, kept.translate(_SWAPS)}
    return cores | {_SEPARATORS.sub("", core) for core in cores}


def _half(core: str) -> str:
    half = core[: len(core) // 2]
    return half if half and half * 2 == core else core


def _is_run(plain: str) -> bool:
    """Whether most of it walks along a keyboard row, the alphabet or the digits."""
    steps = {pair for run in _RUNS for pair in pairwise(run)}
    steps |= {(b, a) for a, b in steps}
    walked = sum(pair in steps or pair[0] == pair[1] for pair in pairwise(plain))
    return walked >= _RUN_SHARE * (len(plain) - 1)


def _is_context(plain: str, context: Sequence[str]) -> bool:
    texts = {part for text in context for part in (folded(text), folded(text).partition("@")[0])}
    words = texts | {word for text in texts for word in _SEPARATORS.split(text)}
    words = {word for word in words if len(word) >= _CONTEXT_SHORTEST}
    return any(core in words or _half(core) in words for core in _cores(plain))


@cache
def _common_passwords() -> frozenset[str]:
    text = (files(__package__) / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split())
