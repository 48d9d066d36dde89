"""Sao lưu các chủ đề · Back the topics up into files, which `dunghan restore` lays on an empty cluster."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli import PROBLEMS, Failed, settings_of

if TYPE_CHECKING:
    from deploy.backup.taking import Taken


class Broken(click.ClickException):
    """The folder holds a backup that is not what was written; exit code 3."""

    exit_code = PROBLEMS


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Chỉ xem được không · Only look whether it could be taken, and how much.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def command(ctx: click.Context, *, folder: Path, dry_run: bool, as_json: bool) -> None:
    """Sao lưu · Copy every topic to FOLDER, with how far each group has read, under one manifest of SHA-256.

    Stop workers and couriers first; sources and the gateway may go on. A folder that has an earlier backup of the same
    log gets only what is new. Exit code 3: the trail that was copied does not hold together, or the folder is damaged.
    """
    from importlib.metadata import version

    from deploy import clock
    from deploy.admin import AdminError
    from deploy.backup.pieces import Damaged
    from deploy.backup.taking import NotNow, Source, looked, take
    from deploy.reading import LogUnreadable

    kafka = settings_of(ctx).kafka
    source = Source(kafka.cluster, kafka.prefix, kafka.partitions)
    try:
        if dry_run:
            most = looked(source, folder)
            said = f"nhiều nhất · at most {most:,} bản ghi · records"
            click.echo(json.dumps({"at_most": most}) if as_json else said)
            return
        taken = take(source, folder, now=clock.now(), release=version("dunghan"))
    except Damaged as error:
        raise Broken(str(error)) from error
    except (NotNow, AdminError, LogUnreadable, OSError) as error:
        raise Failed(str(error)) from error
    click.echo(_as_json(taken) if as_json else _as_text(taken, folder))
    if taken.manifest.wrong:
        ctx.exit(PROBLEMS)


def _as_json(taken: "Taken") -> str:
    lines = sum(head.count for head in taken.manifest.heads)
    told = {"records": taken.manifest.records, "copied": taken.copied, "trail": lines}
    return json.dumps(told | {"wrong": taken.manifest.wrong}, ensure_ascii=False)


def _as_text(taken: "Taken", folder: Path) -> str:
    lines = sum(head.count for head in taken.manifest.heads)
    records = f"{taken.copied:,} bản ghi mới · new records, {taken.manifest.records:,} tất cả · in all"
    return "\n".join([*taken.manifest.wrong, f"{records}; {lines:,} dòng vết · lines of the trail: {folder}"])
