"""Attack a shop: `python -m benchmarks.adversary MODULE:OPEN [--small] [--case NAME] [--json]`.

OPEN is a function of the module that takes nothing and answers a context manager of an adapter (see README.md). The
exit code is 1 when the shop did not hold.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks.adversary.cases import CASES, SMALL, Finding, Sizes, attack


def main(arguments: Sequence[str] | None = None) -> int:
    """Answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adversary", description=__doc__)
    parser.add_argument("adapter", metavar="MODULE:OPEN")
    parser.add_argument("--small", action="store_true", help="fewer shoppers: seconds instead of a minute or two")
    parser.add_argument("--case", action="append", choices=list(CASES), default=[], help="only this one; repeatable")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    given = parser.parse_args(arguments)
    module, _, opening = given.adapter.partition(":")
    with getattr(importlib.import_module(module), opening)() as shop:
        findings = attack(shop, SMALL if given.small else Sizes(), given.case)
    told = [{**asdict(one), "held": one.held} for one in findings]
    print(json.dumps(told, indent=2) if given.json else table(findings))
    return 0 if all(one.held for one in findings) else 1


def table(findings: Sequence[Finding]) -> str:
    """A line a case; under it what went wrong."""
    lines = []
    for one in findings:
        seen = ", ".join(f"{name} {value}" for name, value in one.seen.items())
        lines.append(f"{'held ' if one.held else 'BROKE'}  {one.case:<26}{seen}")
        lines += [f"       - {wrong}" for wrong in one.wrong]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
