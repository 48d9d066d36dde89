"""Tạo và kiểm tra các chủ đề Kafka · Make the Kafka topics what the design says, or show what differs."""

import json
from collections.abc import Sequence

import click

from deploy.admin import AdminError, TopicAdmin
from deploy.cli import PROBLEMS, Failed, settings_of
from deploy.layout import Deviation, Layout


@click.group()
def command() -> None:
    """Các chủ đề Kafka · The Kafka topics."""


@command.command()
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def plan(ctx: click.Context, *, as_json: bool) -> None:
    """Cho biết khác biệt, không đổi gì · Show what differs, change nothing; exit code 3 when something does."""
    found = _asked(ctx, change=False)
    _tell(found, as_json=as_json, done="would be mended by apply")
    if found:
        ctx.exit(PROBLEMS)


@command.command()
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.option("--dry-run", is_flag=True, help="Chỉ cho biết · Only say what would be done.")
@click.pass_context
def apply(ctx: click.Context, *, as_json: bool, dry_run: bool) -> None:
    """Tạo và sửa · Create what is missing, set right what is wrong; exit code 3 when something is left to people."""
    found = _asked(ctx, change=not dry_run)
    _tell(found, as_json=as_json, done="would be mended by apply" if dry_run else "mended")
    if not all(each.mendable for each in found):
        ctx.exit(PROBLEMS)


def _asked(ctx: click.Context, *, change: bool) -> tuple[Deviation, ...]:
    kafka = settings_of(ctx).kafka
    admin = TopicAdmin(kafka.cluster, Layout(kafka.prefix, kafka.partitions, kafka.replication))
    try:
        return admin.apply() if change else admin.plan()
    except AdminError as error:
        raise Failed(str(error)) from error


def _tell(found: Sequence[Deviation], *, as_json: bool, done: str) -> None:
    if as_json:
        click.echo(
            json.dumps({"deviations": [each.as_dict() | {"mendable": each.mendable} for each in found]}, indent=1)
        )
        return
    for each in found:
        what = f"{each.fault} {each.setting}".strip()
        end = done if each.mendable else f"left as it is; {each.remedy}"
        click.echo(f"{each.topic}: {what}: {each.found} instead of {each.wanted}: {end}")
    if not found:
        click.echo("Mọi chủ đề đúng thiết kế · every topic is as the design says")
