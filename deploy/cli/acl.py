"""Quyền của từng tiến trình trên Kafka · What each process may do on Kafka: lines for kafka-acls.sh, or KafkaUsers."""

import json

import click

from deploy.cli import settings_of
from deploy.rights import as_commands, as_user, parts


@click.command()
@click.option("--part", type=click.Choice(parts()), multiple=True, help="Một vai · One part only; default: all.")
@click.option(
    "--form",
    type=click.Choice(("commands", "strimzi")),
    default="commands",
    show_default=True,
    help="Dạng · kafka-acls.sh lines, or KafkaUser documents for Strimzi.",
)
@click.option("--cluster", default="dunghan", show_default=True, help="Tên cụm · Strimzi's name of the cluster.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def command(ctx: click.Context, *, part: tuple[str, ...], form: str, cluster: str, as_json: bool) -> None:
    """In quyền tối thiểu · Print the least rights of each process, for the topics of the configured prefix.

    Nothing is changed. Each process then goes by the name of its part (`kafka.username`); docs/security.md.
    """
    kafka, wanted = settings_of(ctx).kafka, part or parts()
    users = [as_user(each, kafka.prefix, cluster=cluster) for each in wanted]
    if as_json:
        click.echo(json.dumps({"users": users}, indent=1))
    elif form == "strimzi":
        # JSON is YAML: https://yaml.org/spec/1.2.2/#12-yaml-history
        click.echo("\n".join(f"---\n{json.dumps(each, indent=1)}" for each in users))
    else:
        for each in wanted:
            click.echo("\n".join(as_commands(each, kafka.prefix, bootstrap=str(kafka.cluster))))
