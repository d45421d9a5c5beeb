"""Whether an SQLite file is whole: asked before anybody is served from one that was not closed in peace.

A page that was torn or overwritten is found by reading all of them once (about a second for a gigabyte). A file that
was closed in peace has no log beside it, and is taken at its word; `fairday check` looks at what is in it.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

LOG_SUFFIX = "-wal"


class DamagedError(OSError):
    """The file does not hold together; the text says what to do."""


def refuse_damaged(path: Path) -> None:
    """DamagedError when whoever used the file last ended without closing it, and it is not whole."""
    log = path.with_name(path.name + LOG_SUFFIX)
    if not (path.exists() and log.exists() and log.stat().st_size):
        return
    try:
        # Only reading: whoever closes a file it may write folds the log in, and the next look would find peace.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise DamagedError(f"{path} is damaged ({found}); nothing is served from it: restore a backup of it")
