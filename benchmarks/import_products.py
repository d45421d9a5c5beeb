"""How fast does a real catalogue arrive? The 19,406 products with their index, by the command that a merchant runs.

`fairday import products` into an empty state, its pictures not counted: the catalogue names none. Products a second is
all the time from starting the command to its end.
"""

import os
import re
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


def main() -> None:
    file = catalogue()
    with tempfile.TemporaryDirectory(prefix="fairday-bench-") as folder:
        begun = time.perf_counter()
        command = [COMMAND, "import", "products", str(file), "--map", "icecat", "--state", folder]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - begun
        if said.returncode:
            sys.exit(f"the import ended with {said.returncode}:\n{said.stdout}{said.stderr}")
        counts = [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", said.stdout)]
        products = max(counts, default=0)
        size_bytes = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    print(f"{products} products in {seconds:.1f} s: {products / seconds:.0f} a second, {size_bytes >> 20} MB on disk")
    keep(
        "import_products",
        {
            "products": products,
            "seconds": round(seconds, 1),
            "per_second": round(products / seconds),
            "bytes": size_bytes,
        },
    )


if __name__ == "__main__":
    main()
