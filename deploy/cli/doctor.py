"""Khám hệ thống: có gì sai và phải làm gì · What is wrong with the installation, and what to do."""

import json

import click
import msgspec

from deploy.cli import PROBLEMS, settings_of


@click.command()
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> None:
    """Khám, không đổi gì · Look at the whole installation; change nothing, send nothing.

    Kafka and its versions, topics, clock, disks, lag, transactions, restore, the reference in force, calendars, people,
    certificates, secrets, the mail server.

    Exit code 3 when something is wrong; a warning alone is 0.
    """
    # Kafka's client takes a while to import; `--help` must not.
    from deploy import clock
    from deploy.doctoring.line import Grade
    from deploy.doctoring.looking import examined

    lines = examined(settings_of(ctx), now=clock.now())
    if as_json:
        click.echo(json.dumps({"lines": [msgspec.to_builtins(each) for each in lines]}, ensure_ascii=False, indent=1))
    else:
        for each in lines:
            click.echo(f"{each.grade:8}{each.what}: {each.found}" + (f" → {each.remedy}" if each.remedy else ""))
    if any(each.grade is Grade.WRONG for each in lines):
        ctx.exit(PROBLEMS)
