"""The walk-through in docs/api.md is run as a reader would run it: every block of shell, in order, against a shop."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.serving import serving

PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def walk(url: str, key: str, script: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "SHOP": url, "KEY": key}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.store
def test_the_walkthrough_leads_to_a_sent_and_refunded_order(state):
    script = "\n".join(BLOCK.findall(PAGE.read_text(encoding="utf-8")))
    assert script.count("curl ") >= 8
    with serving(state) as served:
        done = walk(served.url, served.key, script)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "placed\n" in done.stdout
        assert done.stdout.endswith("shipped\n"), "one piece was sent, the other taken off"
        order = walk(served.url, served.key, script + '\necho "$ORDER"').stdout.splitlines()[-1]
        assert json.loads(order)["state"] == "placed"
        broken = walk(served.url, served.key, script.replace("tok_ok", "tok_declined"))
        assert broken.returncode != 0, "a command that fails is noticed"
