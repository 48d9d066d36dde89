"""Con mắt thứ hai đối chiếu nhật ký · The second pair of eyes: do the topics hold what follows from the log?"""

import json
from typing import TYPE_CHECKING

import click

from deploy.cli import PROBLEMS, Failed, settings_of

if TYPE_CHECKING:
    from deploy.verify.whole import Verified


@click.command()
@click.option("--json", "as_json", is_flag=True, help="In JSON · Print JSON.")
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> None:
    """Đối chiếu toàn bộ · Run the log again and compare everything; exit code 3 when anything differs.

    The trail is walked line by line, against the checkpoints that are kept; each epoch is run again from
    dossier.events; dossier.state, unit.tallies, dossier.notices and mail.ledger are compared with what comes of it.
    """
    from deploy import clock
    from deploy.consenting.people import PeopleUnusable
    from deploy.reading import LogUnreadable
    from deploy.rulebook import ReferenceError
    from deploy.signing import KeyUnusable
    from deploy.verify.composing import checkpoints_of, source_of
    from deploy.verify.whole import verified

    settings = settings_of(ctx)
    try:
        checkpoints, forged = checkpoints_of(settings)
        result = verified(source_of(settings), checkpoints, now=clock.now())
    except (KeyUnusable, LogUnreadable, OSError, PeopleUnusable, ReferenceError) as error:
        raise Failed(str(error)) from error
    result.found.add(forged)
    click.echo(_as_json(result, len(checkpoints)) if as_json else _as_text(result, len(checkpoints)))
    if result.found:
        ctx.exit(PROBLEMS)


def _as_json(result: "Verified", checkpoints: int) -> str:
    from msgspec import to_builtins

    told = {
        "clean": not result.found,
        "ratio": round(result.ratio, 6),
        "expected": result.reached,
        "lines": result.lines,
        "epochs": result.epochs,
        "checkpoints": checkpoints,
        "counts": result.found.counts,
        "differences": [to_builtins(one) for one in result.found],
    }
    return json.dumps(told, ensure_ascii=False)


def _as_text(result: "Verified", checkpoints: int) -> str:
    lines = [str(one) for one in result.found]
    lines += [f"{count:>8,}  {kind}" for kind, count in sorted(result.found.counts.items())]
    read = f"{result.lines:,} dòng · lines, {result.epochs:,} lượt · epochs, {checkpoints} mốc · checkpoints"
    ends = f"đầy đủ · complete {result.ratio:.2%} ({result.answered:,}/{result.reached:,})"
    return "\n".join([*lines, f"{read}; {ends}", "sạch · clean" if not result.found else "LỆCH · DIFFERS"])
