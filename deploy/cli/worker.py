"""Tiếp nhận và xét hồ sơ, chạy mãi · The stream worker: intake and decisions, until it is stopped."""

import asyncio
import contextlib

import click

from deploy.cli import Failed, settings_of


@click.command()
@click.pass_context
def command(ctx: click.Context) -> None:
    """Chạy tiến trình xử lý · Run the stream worker.

    Exit codes beyond the usual: 70 fenced by another worker, 71 an epoch could not be committed, 72 a step failed, 73 a
    partition could not be restored, 74 Faust itself failed. A supervisor starts the worker again.
    """
    # Faust takes a second to import; `--help` must not.
    from deploy import logs  # noqa: PLC0415
    from deploy.health import served  # noqa: PLC0415
    from deploy.processes import worker_of  # noqa: PLC0415
    from deploy.rulebook import ReferenceError  # noqa: PLC0415

    settings = settings_of(ctx)
    logs.set_up()

    async def run() -> int:
        worker, registry = worker_of(settings)
        with contextlib.ExitStack() as stack:
            if (port := settings.worker.metrics_port) is not None:
                stack.enter_context(
                    served(
                        registry, host="127.0.0.1", port=port, live=lambda: True, ready=lambda: worker.ownership.ready
                    )
                )
            return await worker.run()

    try:
        ctx.exit(asyncio.run(run()))
    except ReferenceError as error:
        raise Failed(str(error)) from error
