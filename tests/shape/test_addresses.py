"""What must not be written into any file: download addresses, this machine's paths, secrets. What locks must hold."""

import json
import re
from pathlib import Path

from tests.shape.tree import report, texts

LOCKS = (Path("requirements/run.txt"), Path("requirements/dev.txt"))
NODE_LOCK = Path("tools/web/package-lock.json")

# Written apart, so that this file does not hold what it forbids.
_REGISTRIES = re.compile(
    r"(?:registry\.npmjs|registry\.yarnpkg|files\.pythonhosted|pypi(?:\.python)?|deb\.debian|ftp\.debian|crates"
    r"|static\.crates|proxy\.golang|repo1?\.maven)"
    r"\.(?:org|io|com|apache\.org)\b"
)
_MACHINE_PATHS = re.compile(r"(?<![\w.$}])/(?:home/\w|root/|work/|Users/\w)")
_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\bsk_live_[0-9A-Za-z]{16,}"
    r"|\bgh[pousr]_[0-9A-Za-z]{36}\b"
    r"|\bxox[abprs]-[0-9A-Za-z-]{20,}"
)
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)
_HERE = Path("tests/shape/test_addresses.py")


def lines_with(pattern: re.Pattern[str], found_in: dict[Path, str]) -> list[str]:
    return [
        f"{path}:{number} {line.strip()[:160]}"
        for path, text in found_in.items()
        if path != _HERE
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def lock_complaints(text: str) -> list[str]:
    """Every requirement is pinned and hashed; nothing says where it comes from."""
    complaints = []
    for entry in re.split(r"\n(?=\S)", text.strip()):
        if not _PIN.match(entry):
            complaints.append(f"not a pin: {entry.splitlines()[0]}")
        elif "--hash=sha256:" not in entry:
            complaints.append(f"no hash: {entry.splitlines()[0]}")
    if "://" in text:
        complaints.append("holds an address")
    return complaints


def pins(text: str) -> dict[str, str]:
    return {found["name"]: found["version"] for found in _PIN.finditer(text)}


def test_no_file_names_a_package_registry() -> None:
    found = lines_with(_REGISTRIES, texts())
    assert not found, report(found)


def test_no_file_names_a_path_of_this_machine() -> None:
    found = lines_with(_MACHINE_PATHS, texts())
    assert not found, report(found)


def test_no_file_holds_a_secret() -> None:
    found = lines_with(_SECRETS, texts())
    assert not found, report(found)


def test_locks_are_hashed_and_hold_no_addresses() -> None:
    found = [f"{lock}: {complaint}" for lock in LOCKS for complaint in lock_complaints(texts()[lock])]
    assert not found, report(found)


def test_tests_run_on_the_versions_that_the_store_runs_on() -> None:
    run, dev = pins(texts()[LOCKS[0]]), pins(texts()[LOCKS[1]])
    assert run
    assert {name: dev.get(name) for name in run} == run


def test_the_store_runs_without_numpy() -> None:
    assert not {"numpy", "scipy", "pandas"} & set(pins(texts()[LOCKS[0]]))


def test_the_node_lock_has_hashes_and_no_addresses() -> None:
    packages = json.loads(texts()[NODE_LOCK])["packages"]
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert not [name for name, entry in packages.items() if name and "integrity" not in entry]


def test_the_rules_can_fail() -> None:
    registry = "https://" + "pypi" + ".org/simple"
    assert lines_with(_REGISTRIES, {Path("a"): registry})
    assert lines_with(_MACHINE_PATHS, {Path("a"): "open('" + "/work" + "/main/x')"})
    assert lines_with(_MACHINE_PATHS, {Path("a"): "cd " + "/home" + "/me"})
    assert not lines_with(_MACHINE_PATHS, {Path("a"): "href='/account/work/items'"})
    assert lines_with(_SECRETS, {Path("a"): "-----BEGIN" + " PRIVATE KEY-----"})
    assert lock_complaints("a==1 \\\n")
    assert lock_complaints("a>=1 \\\n    --hash=sha256:00")
    assert lock_complaints("--index-url https://x\na==1 \\\n    --hash=sha256:00")
    assert not lock_complaints(
        "a==1 ; sys_platform != 'win32' \\\n    --hash=sha256:00\nb==2 \\\n    --hash=sha256:00\n"
    )
