"""Files that are there whole after a power cut, or not at all. What is in them is for the adapters to say."""

import os
import secrets
from pathlib import Path

PART_SUFFIX = ".part"


def write_whole(path: Path, content: bytes, *, modified_ns: int | None = None) -> None:
    """Write beside it, flush to the disk, then put in place; readers see the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(6)}{PART_SUFFIX}")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if modified_ns is not None:
            os.utime(part, ns=(modified_ns, modified_ns))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """The name of a new file is part of its folder, which has to reach the disk as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
