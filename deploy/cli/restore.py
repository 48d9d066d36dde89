"""Phục hồi bản sao lưu · Lay a backup on an empty cluster, every record and every group where it was."""

import json
from pathlib import Path

import click

from deploy.cli import Failed, settings_of
from deploy.cli.backup import Broken


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra · Only check the backup and the cluster; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def command(ctx: click.Context, *, folder: Path, dry_run: bool, as_json: bool) -> None:
    """Phục hồi · Make the topics and write the backup of FOLDER into them: same partitions, order, keys, offsets.

    The whole backup is checked first. A cluster that has anything under this prefix is refused (exit code 1), a backup
    that is damaged or not whole likewise (exit code 3). Then ask `dunghan verify` whether all follows from the log.
    """
    from deploy.admin import AdminError
    from deploy.backup.pieces import Damaged
    from deploy.backup.restoring import NotEmpty, Target, checked, fits, restore
    from deploy.layout import Layout
    from deploy.reading import LogUnreadable

    kafka = settings_of(ctx).kafka
    target = Target(kafka.cluster, Layout(kafka.prefix, kafka.partitions, kafka.replication))
    try:
        manifest = checked(folder)
        if dry_run:
            fits(manifest, target)
        else:
            restore(manifest, folder, target)
    except Damaged as error:
        raise Broken(str(error)) from error
    except (NotEmpty, AdminError, LogUnreadable, OSError) as error:
        raise Failed(str(error)) from error
    if as_json:
        told = {"records": manifest.records, "made_at": manifest.made_at, "release": manifest.release}
        click.echo(json.dumps(told | {"restored": not dry_run}))
    else:
        done = "kiểm tra được · can be restored" if dry_run else "đã phục hồi · restored; now `dunghan verify`"
        click.echo(f"{manifest.records:,} bản ghi · records: {done}")
