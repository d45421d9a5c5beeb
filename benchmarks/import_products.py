"""How fast does a real catalogue arrive? The 19,406 products with their index, by the command that a merchant runs.

`fairday import products` into an empty state, then `fairday reindex`, as commands: starting up counts. The same file
once more shows what finding nothing new costs.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import ROOT, keep
from tests.running import COMMAND

CATALOGUE = Path("search_icecat/products.jsonl.gz")


def catalogue() -> Path:
    """The data sets are found as the tests find them."""
    folder = Path(os.environ.get("FAIRDAY_DATASETS", ROOT.parent / "shared" / "data"))
    if not (folder / CATALOGUE).is_file():
        sys.exit(f"not run: no dataset (FAIRDAY_DATASETS names a folder with {CATALOGUE})")
    return folder / CATALOGUE


def fairday(state: str, *arguments: str) -> tuple[str, float]:
    """Run the command on a state folder: what it said, and how long it took."""
    begun = time.perf_counter()
    done = subprocess.run([COMMAND, *arguments, "--state", state], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"fairday {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout, time.perf_counter() - begun


def main() -> None:
    file = catalogue()
    with tempfile.TemporaryDirectory(prefix="fairday-bench-") as state:
        said, importing = fairday(state, "import", "products", str(file), "--map", "icecat", "--json")
        _, indexing = fairday(state, "reindex")
        _, again = fairday(state, "import", "products", str(file), "--map", "icecat", "--json")
        size_bytes = sum(path.stat().st_size for path in Path(state).rglob("*") if path.is_file())
    products, seconds = json.loads(said)["written"], importing + indexing
    print(f"{products} products in {seconds:.1f} s with their index: {products / seconds:.0f} a second")
    print(
        f"(import {importing:.1f} s, index {indexing:.1f} s, the same file again {again:.1f} s, {size_bytes >> 20} MB)"
    )
    answer = {"products": products, "import_s": round(importing, 1), "index_s": round(indexing, 1)}
    keep("import_products", {**answer, "again_s": round(again, 1), "per_second": round(products / seconds)})


if __name__ == "__main__":
    main()
