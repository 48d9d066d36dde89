"""Kiểm tra và xem cấu hình · Check the settings, or show them."""

import json

import click

from deploy.cli import settings_of
from deploy.settings import Settings, variables


@click.group()
def command() -> None:
    """Cấu hình · The settings."""


@command.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Kiểm tra · Read the settings and name every fault; exit code 2 when there is one."""
    settings_of(ctx)
    click.echo("Cấu hình đúng · the settings are fine")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def show(ctx: click.Context, *, as_json: bool) -> None:
    """Xem · Show every setting as it counts, and the variable that sets it. No secret is among them."""
    settings: Settings = settings_of(ctx)
    values = settings.model_dump(mode="json")
    if as_json:
        click.echo(json.dumps(values, indent=1, ensure_ascii=False))
        return
    for variable, key in variables().items():
        section, _, name = key.partition(".")
        click.echo(f"{key} = {json.dumps(values[section][name], ensure_ascii=False)}  ({variable})")
