"""Back a store up while it takes orders, and restore it into an empty state.

A backup is a folder: the database as it was at one moment, the media it speaks of, the key that seals links and the
audit log, and a manifest with a checksum of each. It appears under its name when all of it is on the disk. What payment
providers know is theirs, so a restored store is behind them; `fairday reconcile --repair` brings it up to date.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import msgspec
from msgspec import Struct

from fairday.adapters.database.address import Address
from fairday.adapters.database.copying import CopyError, copy_in, copy_out
from fairday.adapters.files import PART_SUFFIX
from fairday.bootstrap.adapters import Parts, build
from fairday.bootstrap.running import one_server
from fairday.bootstrap.settings import SECRET_FILE, Settings, path_of, scheme_of
from fairday.kernel.clock import SystemClock, iso

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = {"sqlite": "database.sqlite", "postgresql": "database.pgdump", "mysql": "database.sql"}
MEDIA = "media"
PIECE_BYTES = 1 << 20


class BackupError(OSError):
    """A backup cannot be made, or is not one; the text says why."""


class File(Struct, frozen=True):
    """A file of a backup, by its path inside."""

    path: str
    bytes: int
    sha256: str


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds. `checksum` covers everything else in here."""

    format: int = FORMAT
    made: str
    version: str
    engine: str
    revision: str
    files: tuple[File, ...]
    checksum: str = ""

    @property
    def size_bytes(self) -> int:
        """Of all files together."""
        return sum(file.bytes for file in self.files)


async def back_up(settings: Settings, target: Path) -> Manifest:
    """Write a backup to a folder that is not there yet; BackupError, CopyError."""
    if target.exists():
        raise BackupError(f"{target} is there already; a backup is never written over another")
    state, engine = Path(settings.state), scheme_of(settings.database)
    place, revision = await _place(settings)
    if not revision:
        raise BackupError(f"there is no store in {place}")
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}{PART_SUFFIX}")
    part.mkdir(parents=True, mode=0o700)
    try:
        # What the database speaks of is on the disk before it, so media that are copied after it are all there.
        copy_out(place, part / DATABASE[engine])
        for name, path in _kept(settings, state):
            _copy(path, part / name)
        manifest = _sealed(Manifest(
            made=iso(SystemClock().now_ms()), version=version("fairday"), engine=engine, revision=revision,
            files=tuple(_described(part)),
        ))  # fmt: skip
        _write(part / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        _flush(part)
        part.rename(target)
        _flush(target.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


async def restore(settings: Settings, source: Path) -> Manifest:
    """Fill an empty state from a backup, the database last; BackupError, CopyError, AlreadyRunningError."""
    manifest = read_backup(source)
    state, engine = Path(settings.state), scheme_of(settings.database)
    if manifest.engine != engine:
        raise BackupError(f"{source} is of {manifest.engine}:, and FAIRDAY_DATABASE is {engine}:")
    with one_server(state):
        place, revision = await _place(settings)
        if revision or (isinstance(place, Path) and place.exists()):
            raise BackupError(f"there is a store in {place} already; a backup is restored into an empty state only")
        _require_same_secret(state, source)
        media = path_of(settings.media, state, MEDIA)
        for file in manifest.files:
            if file.path == SECRET_FILE:
                _copy(source / file.path, state / SECRET_FILE)
            elif file.path.startswith(f"{MEDIA}/"):
                _copy(source / file.path, media / file.path.removeprefix(f"{MEDIA}/"))
        copy_in(place, source / DATABASE[engine])
    return manifest


def read_backup(source: Path) -> Manifest:
    """The manifest of a backup of which every byte is as it was written; BackupError."""
    try:
        manifest = msgspec.json.decode((source / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        raise BackupError(f"{source} is not a backup, or not a whole one: it has no readable {MANIFEST}") from None
    if manifest.format != FORMAT or manifest != _sealed(manifest):
        raise BackupError(f"{source / MANIFEST} was changed, or is of another version of Fairday")
    for file in manifest.files:
        if Path(file.path).is_absolute() or ".." in Path(file.path).parts:
            raise BackupError(f"{source / MANIFEST} names {file.path}, which is outside of it")
        path = source / file.path
        if not path.is_file() or path.stat().st_size != file.bytes or _sha256(path) != file.sha256:
            raise BackupError(f"{path} is missing or damaged")
    return manifest


async def _place(settings: Settings) -> tuple[Path | Address, str]:
    """Where the database is, and the revision of its schema; "" for none. Makes no file that was not there."""
    if scheme_of(settings.database) == "sqlite":
        file = path_of(settings.database, Path(settings.state), "fairday.db")
        if not file.exists():
            return file, ""
    database = build("database", Parts(settings=settings, state=Path(settings.state), clock=SystemClock()))
    try:
        return database.place, await database.revision()
    finally:
        await database.close()


def _require_same_secret(state: Path, source: Path) -> None:
    """Another key would open no link of the store and prove its audit log wrong."""
    ours, theirs = state / SECRET_FILE, source / SECRET_FILE
    if ours.exists() and theirs.exists() and ours.read_bytes() != theirs.read_bytes():
        raise BackupError(f"{ours} is another store's; take it away first")


def _kept(settings: Settings, state: Path) -> Iterator[tuple[str, Path]]:
    """What belongs to a store beside its database: paths inside the backup, and where they are now."""
    if (state / SECRET_FILE).is_file():
        yield SECRET_FILE, state / SECRET_FILE
    if scheme_of(settings.media) == "file":
        folder = path_of(settings.media, state, MEDIA)
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != PART_SUFFIX:
                yield f"{MEDIA}/{path.relative_to(folder)}", path


def _described(folder: Path) -> Iterator[File]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield File(str(path.relative_to(folder)), path.stat().st_size, _sha256(path))


def _sealed(manifest: Manifest) -> Manifest:
    bare = msgspec.structs.replace(manifest, checksum="")
    return msgspec.structs.replace(manifest, checksum=hashlib.sha256(msgspec.json.encode(bare)).hexdigest())


def _copy(source: Path, target: Path) -> None:
    """As it is there; one that was taken away meanwhile is left out."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}{PART_SUFFIX}")
    try:
        shutil.copyfile(source, part)
    except FileNotFoundError:
        return
    part.chmod(0o600)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    """The names of files reach the disk with their folders."""
    for path in (*(one for one in folder.rglob("*") if one.is_dir()), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


__all__ = ["BackupError", "CopyError", "Manifest", "back_up", "read_backup", "restore"]
