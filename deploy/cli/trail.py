"""Sổ vết kiểm toán: ký mốc, xuất Parquet · The audit trail: sign checkpoints of it, export it."""

import json
from pathlib import Path

import click

from deploy.cli import PROBLEMS, USAGE, Failed, settings_of


class NoKey(click.ClickException):
    """No key to sign or check with; exit code 2."""

    exit_code = USAGE


@click.group()
def command() -> None:
    """Sổ vết kiểm toán · The trail: each line follows from the one before it, and checkpoints sign how far it came."""


@command.command("key")
@click.argument("private", type=click.Path(path_type=Path))
@click.argument("public", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Chỉ cho biết · Only say what would be done.")
def key(*, private: Path, public: Path, dry_run: bool) -> None:
    """Tạo cặp khóa · Make the pair of keys for checkpoints; files that are there already are left as they are."""
    from deploy.signing import KeyUnusable, make_keys

    if dry_run:
        there = [str(file) for file in (private, public) if file.exists()]
        click.echo(f"đã có · there already: {', '.join(there)}" if there else f"{private}, {public}")
        return
    try:
        make_keys(private, public)
    except KeyUnusable as error:
        raise Failed(str(error)) from error
    click.echo(f"{private} (giữ kín · keep secret), {public}")


@command.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Thư mục · Folder, kept elsewhere.")
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không ký · Walk the trail, sign nothing.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def checkpoint(ctx: click.Context, *, out: Path | None, dry_run: bool, as_json: bool) -> None:
    """Ký mốc · Walk the whole trail and sign how far each partition came; a broken one is not signed (exit code 3)."""
    from deploy import clock
    from deploy.reading import Log, LogUnreadable
    from deploy.signing import KeyUnusable, private_key
    from deploy.verify.proof import checkpoints_in, keep, sign, walked

    settings = settings_of(ctx)
    folder = out or settings.audit.checkpoints
    if settings.audit.key_file is None or folder is None:
        raise NoKey("audit.key_file, and --out or audit.checkpoints, are needed (docs/audit.md)")
    try:
        signing = private_key(settings.audit.key_file)
        before, forged = checkpoints_in(folder if folder.exists() else None, signing.public)
        with Log(settings.kafka.cluster, prefix=settings.kafka.prefix) as log:
            result = walked(log, before, prefix=settings.kafka.prefix)
        result.found.add(forged)
        value, signed = sign(result.heads, prefix=settings.kafka.prefix, at=clock.now(), key=signing)
        file = None if dry_run or result.found else keep(value, signed, folder)
    except (KeyUnusable, LogUnreadable, OSError) as error:
        raise Failed(str(error)) from error
    wrong = [str(one) for one in result.found]
    if as_json:
        told = {"file": file and str(file), "lines": result.heads.lines, "wrong": wrong}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo("\n".join([*wrong, f"{result.heads.lines:,} dòng · lines{'' if file is None else f'; {file}'}"]))
    if result.found:
        ctx.exit(PROBLEMS)


@command.command()
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Tệp · The Parquet file.")
@click.option("--dry-run", is_flag=True, help="Chỉ đếm · Only count the lines.")
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def export(ctx: click.Context, *, out: Path, dry_run: bool, as_json: bool) -> None:
    """Xuất Parquet · Write the whole trail to a Parquet file, a row a line (docs/audit.md has questions to ask it)."""
    from deploy.reading import Log, LogUnreadable
    from deploy.verify.parquet import NoDuckDB, placed, write
    from streams.topics import TRAIL

    kafka = settings_of(ctx).kafka
    try:
        with Log(kafka.cluster, prefix=kafka.prefix) as log:
            partitions = range(log.partitions(TRAIL))
            records = (record for partition in partitions for record in log.whole(TRAIL, partition))
            lines = (placed(record.partition, record.offset, record.value or b"") for record in records)
            count = sum(1 for _ in lines) if dry_run else write(lines, out)
    except (LogUnreadable, NoDuckDB, OSError) as error:
        raise Failed(str(error)) from error
    if as_json:
        click.echo(json.dumps({"file": None if dry_run else str(out), "lines": count}))
    else:
        click.echo(f"{count:,} dòng · lines{'' if dry_run else f'; {out}'}")
