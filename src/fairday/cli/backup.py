"""`fairday backup` and `fairday restore`: a store's database, media and key, out and in."""

import asyncio
from pathlib import Path

import click

from fairday.bootstrap.backup import back_up, restore
from fairday.bootstrap.running import AlreadyRunningError
from fairday.cli.state import settings_for, state_option, with_shop
from fairday.domain.access import SYSTEM, Change
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit

FOLDER = click.Path(file_okay=False, path_type=Path)
MEGABYTE = 1_000_000


@click.command("backup")
@click.argument("folder", type=FOLDER)
@state_option
def backup_command(folder: Path, state: Path | None) -> None:
    """Write a backup into FOLDER, which must not exist yet. The store may go on taking orders meanwhile.

    It holds the database as it was at one moment, the media, the store's key, and a manifest with checksums. Whoever
    has it has the store: keep it as safe. PostgreSQL and MySQL are copied by their own tools, which must be installed.
    """
    manifest = asyncio.run(back_up(settings_for(state), folder))
    click.echo(
        f"{len(manifest.files):,} files, {manifest.size_bytes / MEGABYTE:,.1f} MB, written to {folder}"
        f" ({manifest.engine}, revision {manifest.revision})."
    )


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@state_option
def restore_command(folder: Path, state: Path | None) -> None:
    """Fill an empty state from the backup in FOLDER, after checking every byte of it. No store may run there.

    What customers paid since the backup was made is known to the payment providers only: run `fairday reconcile
    --repair` before opening. A store that is a copy of one that still runs needs payment keys of its own: it would send
    back the money of every order that it does not know.
    """
    try:
        manifest = asyncio.run(restore(settings_for(state), folder))
    except AlreadyRunningError as error:
        raise click.UsageError(str(error)) from None

    async def note(shop: Shop) -> None:
        async with shop.database.write() as unit:
            details: dict[str, str | int | bool] = {"made": manifest.made, "checksum": manifest.checksum}
            await write_audit(shop, unit, SYSTEM, Change("store.restored", "store", shop.settings.name, details))

    with_shop(state, note)
    click.echo(f"Restored as of {manifest.made}. What the payment providers know beyond that comes back with:")
    click.echo("  fairday reconcile --repair")
    click.echo("  fairday reindex")
