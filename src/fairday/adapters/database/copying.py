"""Copy a whole database out and in, while others use it: SQLite by itself, servers by their own tools.

A copy is what was committed at one moment. Tools get passwords through the environment, which is not for everybody on
the machine to read, as arguments are.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from fairday.adapters.database.address import Address

BUSY_DEADLINE_S = 30.0
MYSQL_MODES = {"disable": "DISABLED", "require": "REQUIRED", "verify-ca": "VERIFY_CA", "verify-full": "VERIFY_IDENTITY"}
PACKAGES = {"postgresql": "postgresql-client", "mysql": "mariadb-client or mysql-client"}


class CopyError(OSError):
    """A database could not be copied; the text says why, and never holds a password."""


def copy_out(place: Path | Address, target: Path) -> None:
    """Write the database to a file that is not there yet."""
    if isinstance(place, Path):
        _copy_sqlite(place, target)
    elif place.scheme == "postgresql":
        _run(place, ["pg_dump"], ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}", place.name])
    else:
        programs = ["mariadb-dump", "mysqldump"]
        how = ["--single-transaction", "--quick", "--hex-blob", "--no-tablespaces", "--skip-lock-tables"]
        _run(place, programs, [*how, "--default-character-set=utf8mb4", f"--result-file={target}", place.name])


def copy_in(place: Path | Address, source: Path) -> None:
    """Fill a database that holds nothing from such a file; whole, or (but for MySQL) not at all."""
    if isinstance(place, Path):
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f"{place.name}.restoring")
        part.unlink(missing_ok=True)
        _copy_sqlite(source, part)
        part.replace(place)
    elif place.scheme == "postgresql":
        how = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        _run(place, ["pg_restore"], [*how, f"--dbname={place.name}", str(source)])
    else:
        with source.open("rb") as file:
            _run(place, ["mariadb", "mysql"], ["--default-character-set=utf8mb4", place.name], stdin=file.fileno())


def _copy_sqlite(source: Path, target: Path) -> None:
    """One view from beginning to end: who writes meanwhile is not held up, and is not in it."""
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_DEADLINE_S)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
            (found,) = new.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        raise CopyError(f"{source} cannot be copied: {error}") from error
    if found != "ok":
        raise CopyError(f"{source} is damaged: {found}")
    target.chmod(0o600)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _run(address: Address, programs: Sequence[str], arguments: Sequence[str], stdin: int | None = None) -> None:
    program = next((found for found in map(shutil.which, programs) if found), None)
    if program is None:
        raise CopyError(
            f"{' or '.join(programs)} is not on this machine; install {PACKAGES[address.scheme]} and try again"
        )
    is_postgresql = address.scheme == "postgresql"
    reach = [] if is_postgresql else _reach_mysql(address, mariadb=_speaks_mariadb(program))
    done = subprocess.run(  # noqa: S603 - a tool from the PATH, with our own arguments and no shell
        [program, *reach, *arguments],
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        capture_output=True, check=False, env={**os.environ, **_secrets(address)},
    )  # fmt: skip
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise CopyError(f"{Path(program).name} could not copy {address}: {last}")


def _speaks_mariadb(program: str) -> bool:
    """Whether a client is MariaDB's, whatever it is called: the two name their TLS options differently."""
    said = subprocess.run([program, "--version"], capture_output=True, check=False).stdout  # noqa: S603 - as below
    return b"MariaDB" in said


def _reach_mysql(address: Address, *, mariadb: bool) -> list[str]:
    how = ["--no-defaults", f"--user={address.user}"]
    if address.socket:
        return [*how, f"--socket={address.socket}"]
    how += [f"--host={address.host}", f"--port={address.port}", "--protocol=tcp"]
    if address.ssl_root:
        how.append(f"--ssl-ca={address.ssl_root}")
    if mariadb:
        modes = {"disable": ["--skip-ssl"], "verify-full": ["--ssl", "--ssl-verify-server-cert"]}
        return how + modes.get(address.ssl_mode, ["--ssl", "--skip-ssl-verify-server-cert"])
    return [*how, f"--ssl-mode={MYSQL_MODES[address.ssl_mode]}"]


def _secrets(address: Address) -> Mapping[str, str]:
    if address.scheme == "mysql":
        return {"MYSQL_PWD": address.password}
    root = address.ssl_root or ("system" if address.ssl_mode == "verify-full" else "")
    reach = {
        "PGHOST": address.socket or address.host, "PGPORT": str(address.port), "PGUSER": address.user,
        "PGPASSWORD": address.password, "PGSSLMODE": "disable" if address.socket else address.ssl_mode,
        "PGSSLROOTCERT": root,
    }  # fmt: skip
    return {name: value for name, value in reach.items() if value}
