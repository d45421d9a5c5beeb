"""Write the revision from the newest schema on record to what the code describes; the argument says why."""

import sys
import tempfile
from pathlib import Path

from alembic import command

from fairday.adapters.database.migrate import VERSIONS
from fairday.adapters.database.upgrade import configuration, connection_to, upgrade


def main() -> None:
    """One argument: what the revision does, in a few words."""
    number = f"{len(list(VERSIONS.glob('[0-9]*.py'))) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "now.db"
        if number != "0001":
            upgrade(path)
        with connection_to(path) as connection:
            config = configuration(connection)
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            command.revision(config, message=sys.argv[1], autogenerate=True, rev_id=number)


if __name__ == "__main__":
    main()
