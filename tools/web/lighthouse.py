"""`make lighthouse`: five pages of a store of its own, each at 95 for performance and 100 for the rest.

Lighthouse comes from npm by the hashed lock beside this file and uses Debian's Chromium. Performance is a measurement:
a page below its mark is measured again, three times at most, and its best counts. The other scores are rules.
"""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from tests.running import store

HERE = Path(__file__).resolve().parent
MARKS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
TRIES = 3
OLDEST_NODE = (18, 16)
CHROME_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --disable-dev-shm-usage"
)
MARKET = "/en-us/"


def complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


def node_is_usable() -> bool:
    """Node.js and npm are there, and not too old for Lighthouse."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in said.lstrip("v").split(".")[:2]) >= OLDEST_NODE


def install() -> None:
    """From the lock, once for each lock."""
    lock, stamp = HERE / "package-lock.json", HERE / "node_modules" / ".installed-lock"
    if stamp.is_file() and stamp.read_bytes() == lock.read_bytes():
        return
    print("Installing Lighthouse into tools/web/node_modules (once for each lock) ...", flush=True)
    subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=HERE, check=True)
    stamp.write_bytes(lock.read_bytes())


def pages(base: str) -> dict[str, str]:
    """Home in two markets, and the first category and product that home links to, and what a search finds."""
    with urllib.request.urlopen(base + MARKET, timeout=30) as answer:  # noqa: S310 - a loopback address of ours
        home = html.unescape(answer.read().decode())
    category = re.search(rf'href="({MARKET}c/[^"#?]+)"', home)
    product = re.search(rf'href="({MARKET}p/[^"#?]+)"', home)
    if not (category and product):
        sys.exit(f"the home page {MARKET} links to no category or no product")
    return {
        "home": MARKET,
        "home, German": "/de-de/",
        "listing": category[1],
        "product": product[1],
        "search": f"{MARKET}search?q=lamp",
    }


def scores(url: str, chromium: str, folder: Path) -> tuple[dict[str, int], list[str]]:
    """The four scores of a page, and the audits that cost points."""
    out = folder / "report.json"
    command = [
        *("node", str(HERE / "node_modules/lighthouse/cli/index.js"), url),
        *("--quiet", "--output=json", f"--output-path={out}"),
        *(f"--only-categories={','.join(MARKS)}", f"--chrome-flags={CHROME_FLAGS}"),
    ]
    subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": chromium}, timeout=300)
    said = json.loads(out.read_text(encoding="utf-8"))
    found = {name: round((category["score"] or 0) * 100) for name, category in said["categories"].items()}
    costly = [
        f"{reference['id']}: {said['audits'][reference['id']]['title']}"
        for name, category in said["categories"].items()
        if found[name] < MARKS[name]
        for reference in category["auditRefs"]
        if reference["weight"] and (said["audits"][reference["id"]]["score"] or 0) < 1
        and said["audits"][reference["id"]]["scoreDisplayMode"] not in {"notApplicable", "manual", "informative"}
    ]  # fmt: skip
    return found, costly


def measure(url: str, chromium: str, folder: Path) -> tuple[dict[str, int], list[str]]:
    """The best of a few tries, as long as only performance is missing."""
    best, costly = scores(url, chromium, folder)
    for _ in range(TRIES - 1):
        if best["performance"] >= MARKS["performance"]:
            break
        again, why = scores(url, chromium, folder)
        if again["performance"] > best["performance"]:
            best, costly = again, why
    return best, costly


def main() -> int:
    chromium = os.environ.get("FAIRDAY_CHROMIUM") or shutil.which("chromium")
    if not chromium:
        return complain("make lighthouse needs Chromium (apt-get install chromium, or FAIRDAY_CHROMIUM=path)")
    if not node_is_usable():
        return complain("make lighthouse needs Node.js 18.16 or newer with npm (on Debian: apt-get install nodejs npm)")
    install()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="fairday-lighthouse-") as folder, store(Path(folder) / "state") as running:
        found = pages(running.url)
        print(f"{'page':<14}" + "".join(f"{name:>16}" for name in MARKS))
        for name, path in found.items():
            reached, costly = measure(running.url + path, chromium, Path(folder))
            print(f"{name:<14}" + "".join(f"{reached[mark]:>16}" for mark in MARKS), flush=True)
            for audit in costly:
                print(f"    {audit}")
            failed += any(reached[mark] < wanted for mark, wanted in MARKS.items())
    print(f"{len(found) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
