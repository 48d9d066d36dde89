"""Kiểm tra tệp sự kiện trước khi gửi · Check files of events before they are sent."""

import json
from collections import Counter
from typing import TYPE_CHECKING, BinaryIO

import click

from deploy import clock
from deploy.checking import checked
from deploy.cli import PROBLEMS

if TYPE_CHECKING:
    from deploy.checking import Checked


@click.group()
def command() -> None:
    """Sự kiện · The events that sources send."""


@command.command()
@click.argument("files", type=click.File("rb"), nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def check(ctx: click.Context, *, files: tuple[BinaryIO, ...], as_json: bool) -> None:
    """Kiểm tra · Say which events in FILES would be rejected, and why; needs no server. Exit code 3 when one would be.

    A file holds structured CloudEvents: one a line, one JSON array, or one object; `-` is the standard input. What
    would be taken without all that it says (fields that the contract does not name, an id used twice) is said too.
    """
    found = {str(getattr(file, "name", "-")): checked(file.read(), now=clock.now()) for file in files}
    if as_json:
        click.echo(json.dumps(_as_json(found), ensure_ascii=False))
    else:
        _tell(found)
    if any(one.faults for one in found.values()):
        ctx.exit(PROBLEMS)


def _reasons(found: "dict[str, Checked]") -> Counter[str]:
    return Counter(fault.reason for one in found.values() for fault in one.faults)


def _as_json(found: "dict[str, Checked]") -> dict[str, object]:
    return {
        "events": sum(one.events for one in found.values()),
        "rejected": _reasons(found),
        "faults": [
            {"file": file, "line": each.line, "reason": each.reason, "detail": each.detail}
            for file, one in found.items()
            for each in one.faults
        ],
        "oddities": [
            {"file": file, "line": each.line, "told": each.told} for file, one in found.items() for each in one.oddities
        ],
    }


def _tell(found: "dict[str, Checked]") -> None:
    for file, one in found.items():
        for fault in one.faults:
            click.echo(f"{file}:{fault.line}: {fault.reason}: {fault.detail}")
        for oddity in one.oddities:
            click.echo(f"{file}:{oddity.line}: {oddity.told}")
    reasons = _reasons(found)
    counts = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    events = sum(one.events for one in found.values())
    click.echo(
        f"{events} sự kiện, {reasons.total()} sẽ bị từ chối · events, would be rejected"
        + (f": {counts}" if counts else "")
    )
