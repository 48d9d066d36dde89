"""The stages at which somebody must be told about a dossier; a placeholder vocabulary the notices share."""

import enum


class Stage(enum.StrEnum):
    """What somebody is told, mildest first."""

    INTAKE_OVERDUE = "intake_overdue"
    DUE_SOON = "due_soon"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
