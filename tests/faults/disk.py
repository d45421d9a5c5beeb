"""What a disk does to those who trust it: it fills up, it breaks, and after a power cut it has what was synced.

`disk.c` is preloaded into a process under test; this builds it and reads what it remembers.
"""

import os
import random
import shutil
import struct
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

SOURCE = Path(__file__).with_name("disk.c")
SECTOR_BYTES = 512
_HEAD = struct.Struct("=cIQI")


@dataclass(frozen=True)
class Deed:
    """One thing that was done to a file: `w`ritten, `t`runcated, `s`ynced, `u`nlinked, `r`enamed."""

    what: str
    path: str
    offset: int
    content: bytes


@cache
def shim() -> Path:
    """The library, built once."""
    target = Path(mkdtemp(prefix="fairday-disk-")) / "disk.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(target), str(SOURCE), "-ldl"], check=True)
    return target


def failing(folder: Path, *, switch: Path | None = None, log: Path | None = None) -> dict[str, str]:
    """The environment of a process whose files in `folder` are on such a disk."""
    chosen = {"LD_PRELOAD": str(shim()), "DISK_UNDER": str(folder)}
    if switch:
        chosen["DISK_SWITCH"] = str(switch)
    if log:
        chosen["DISK_LOG"] = str(log)
    return chosen


def deeds(log: Path) -> list[Deed]:
    """All that was done, in order."""
    content, at, found = log.read_bytes(), 0, []
    while at < len(content):
        what, named, offset, length = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        path = content[at : at + named].decode()
        found.append(Deed(what.decode(), path, offset, content[at + named : at + named + length]))
        at += named + length
    return found


def after_power_cut(before: Path, done: Sequence[Deed], root: Path, target: Path, dice: random.Random) -> None:
    """Into `target` what is left of `root`: as it was in `before`, and of what was done since all that was synced.

    Of what was not synced each sector may have reached the disk or not: the dice say so.
    """
    shutil.copytree(before, target)
    by_file: Mapping[str, list[Deed]] = defaultdict(list)
    for deed in done:
        if deed.what == "r":  # a file that takes another's place was synced before, or it is worth nothing
            by_file[deed.content.decode()] = [*by_file.pop(deed.path, []), Deed("s", "", 0, b"")]
        else:
            by_file[deed.path].append(deed)
    for name, of_file in by_file.items():
        path = target / Path(name).relative_to(root)
        last = max((number for number, deed in enumerate(of_file) if deed.what == "s"), default=-1)
        for number, deed in enumerate(of_file):
            _redo(path, deed, dice if number > last else None)


def _redo(path: Path, deed: Deed, dice: random.Random | None) -> None:
    if deed.what == "s" or (dice and deed.what in "tu" and dice.random() < 0.5):
        return
    if deed.what == "u":
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        if deed.what == "t":
            os.ftruncate(descriptor, deed.offset)
        elif dice is None:
            os.pwrite(descriptor, deed.content, deed.offset)
        else:
            for start in range(0, len(deed.content), SECTOR_BYTES):
                if dice.random() < 0.5:
                    os.pwrite(descriptor, deed.content[start : start + SECTOR_BYTES], deed.offset + start)
    finally:
        os.close(descriptor)
