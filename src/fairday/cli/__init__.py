"""The command. Every subcommand has help; wrong input gets one clear line and exit code 2."""

import sys

import click

from fairday.bootstrap.settings import SettingsError
from fairday.cli.backup import backup_command, restore_command
from fairday.cli.bench import bench
from fairday.cli.books import books, reconcile
from fairday.cli.check import check
from fairday.cli.goods import export_group, import_group, reindex
from fairday.cli.serve import serve, up
from fairday.cli.staff import staff
from fairday.cli.state import migrate
from fairday.kernel.errors import Refusal
from fairday.messages import Messages

WRONG_INPUT = 2
INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="fairday")
def cli() -> None:
    """Fairday: an online store built for its busiest day."""


for command in (
    up, serve, migrate, import_group, export_group, check, reindex, staff, bench, books, reconcile, backup_command,
    restore_command,
):  # fmt: skip
    cli.add_command(command)


def main() -> None:
    """Run the command of this process's arguments."""
    try:
        code = cli.main(standalone_mode=False, prog_name="fairday")
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        click.echo(help_wanted.format_message())
        code = WRONG_INPUT
    except click.ClickException as error:
        code = _complain(error.format_message())
    except (SettingsError, OSError) as error:
        code = _complain(str(error))
    except Refusal as refusal:
        code = _complain(Messages.for_language("en").text(refusal.message_id, **refusal.details))
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    sys.exit(code or 0)


def _complain(sentence: str) -> int:
    click.echo(f"fairday: {' '.join(sentence.split())}", err=True)
    return WRONG_INPUT
