"""Why a worker must end: each reason has its exit code, and the supervisor starts the worker again."""

import enum


class Ending(enum.IntEnum):
    """Exit codes of `dunghan worker`, beside 0 (asked to stop), 1 (failed), 2 (usage)."""

    FENCED = 70
    EPOCH_FAILED = 71
    ENGINE_FAILED = 72
    RESTORE_FAILED = 73
    FAUST_CRASHED = 74


class MustEnd(Exception):
    """The worker cannot go on without risking a wrong or a repeated output."""

    def __init__(self, ending: Ending, why: str) -> None:
        super().__init__(f"{ending.name.lower()}: {why}")
        self.ending = ending
