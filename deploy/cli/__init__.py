"""The command `dunghan`. Each module beside this one is one command: `NAME.py` holds `command`, a click command.

`--help` must come at once, and importing Faust takes a second, so a command's module is imported only when it is
called; the line shown for it in the list is the first line of its docstring, read from the file. A name that Python
keeps for itself ends in an underscore (`import_.py`), and an underscore inside is shown as a dash.

Exit codes: 0 fine, 1 failed, 2 wrong usage or settings, 3 the data has problems.
"""

import ast
import getpass
import importlib
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from deploy.settings import Settings
    from streams.core.moments import Moment

FAILED: Final = 1
USAGE: Final = 2
PROBLEMS: Final = 3
HERE: Final = Path(__file__).parent


class Failed(click.ClickException):
    """The command could not do its work; the message says why. Exit code 1."""

    exit_code = FAILED


class WrongSettings(click.ClickException):
    """The settings cannot be used; each fault is a line. Exit code 2."""

    exit_code = USAGE


class At(click.ParamType):
    """A time in ISO 8601, given on as a moment; without a zone it is Vietnamese, without a clock midnight."""

    name = "T"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> "Moment":
        """Return the moment; fails where the text is none."""
        from deploy.cli.due import moment_from

        try:
            return moment_from(value)
        except ValueError as wrong:
            self.fail(f"not a time: {wrong}", param, ctx)


class Commands(click.Group):
    """The commands that lie beside this file, imported when they are called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(_name(file) for file in HERE.glob("*.py") if file.name != "__init__.py")

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module; None when there is no such command."""
        file = next((each for each in HERE.glob("*.py") if _name(each) == cmd_name), None)
        if file is None or file.name == "__init__.py":
            return None
        command: click.Command = importlib.import_module(f"deploy.cli.{file.stem}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one."""
        files = {_name(file): file for file in HERE.glob("*.py")}
        with formatter.section("Lệnh · Commands"):
            formatter.write_dl([(name, _first_line(files[name])) for name in self.list_commands(ctx)])


def _name(file: Path) -> str:
    return file.stem.rstrip("_").replace("_", "-")


def _first_line(file: Path) -> str:
    return (ast.get_docstring(ast.parse(file.read_bytes())) or "").partition("\n")[0]


def settings_of(ctx: click.Context) -> "Settings":
    """Return the settings for this call; wrong ones end it with exit code 2 and every fault."""
    # Not for `--help`: pydantic takes half a second to import.
    from deploy.settings import SettingsError, load

    try:
        return load(ctx.find_root().params.get("settings_file"))
    except SettingsError as error:
        raise WrongSettings("\n".join(("wrong settings:", *error.faults))) from error


def by_whom(said: str | None) -> str:
    """Return who does what is asked for: who was named, else the account's name, else its number.

    A container may run under a number that no account has.
    """
    try:
        return said or getpass.getuser()
    except (KeyError, OSError):  # OSError from Python 3.13 on
        return f"uid {os.getuid()}"


def check_door(settings: "Settings", *, waits: bool = True) -> None:
    """End the call with exit code 1 and a sentence when the cluster is there and does not let us in.

    One that is not there is no fault yet: the processes that call this wait for it. Where a cluster is remembered
    (`kafka.cluster_id`) they wait here, for whoever comes up may be another; without `waits`, nobody there is a fault.
    """
    from deploy.admission import NotAdmitted, admitted

    try:
        cluster = settings.kafka.cluster
        if not admitted(cluster, math.inf if waits and cluster.id is not None else 0.0) and not waits:
            raise Failed(f"nobody answers at {cluster} (DUNGHAN_KAFKA__BOOTSTRAP)")
    except NotAdmitted as error:
        raise Failed(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tệp cấu hình, mặc định dunghan.toml · Settings file.",
)
@click.version_option(package_name="dunghan")
def main(settings_file: Path | None) -> None:
    """Hồ sơ đúng hạn: ai trễ, ai phải được báo, ai giữ lời · Dossiers on time: who is late, who must be told."""
