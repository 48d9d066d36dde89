"""Kiểm tra tệp sự kiện trước khi gửi · Check a file of events before it is sent."""

import json
from collections import Counter
from typing import BinaryIO

import click

from deploy import clock
from deploy.checking import checked
from deploy.cli import PROBLEMS


@click.group()
def command() -> None:
    """Sự kiện · The events that sources send."""


@command.command()
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def check(ctx: click.Context, *, file: BinaryIO, as_json: bool) -> None:
    """Kiểm tra · Say which events in FILE would be rejected, and why; needs no server. Exit code 3 when one would be.

    FILE holds structured CloudEvents: one a line, one JSON array, or one object; `-` is the standard input.
    """
    found = checked(file.read(), now=clock.now())
    reasons = Counter(fault.reason for fault in found.faults)
    if as_json:
        faults = [{"place": one.place, "reason": one.reason, "detail": one.detail} for one in found.faults]
        click.echo(json.dumps({"events": found.events, "rejected": reasons, "faults": faults}, ensure_ascii=False))
    else:
        name = getattr(file, "name", "-")
        for fault in found.faults:
            click.echo(f"{name}:{fault.place}: {fault.reason}: {fault.detail}")
        counts = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        click.echo(
            f"{found.events} sự kiện, {len(found.faults)} sẽ bị từ chối · events, would be rejected"
            + (f": {counts}" if counts else "")
        )
    if found.faults:
        ctx.exit(PROBLEMS)
