"""The words a dossier is judged with; the labels partition what was received, so their sum equals received, always."""

from streams.core.words import Word


class Label(Word):
    """How a dossier stands at a moment. The first line of the table in docs/labels.md that holds decides."""

    REFUSED = "refused"
    STOPPED = "stopped"
    CLOSED_EARLY = "closed_early"
    CLOSED_ON_TIME = "closed_on_time"
    CLOSED_LATE = "closed_late"
    UNCLASSIFIED = "unclassified"
    AWAITING_INTAKE = "awaiting_intake"
    OPEN_OVERDUE = "open_overdue"
    PAUSED = "paused"
    OPEN_DUE_SOON = "open_due_soon"
    OPEN_IN_TIME = "open_in_time"


class State(Word):
    """Where a dossier is in the procedure: the ten national states, and what no table knows."""

    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    PROCESSING = "PROCESSING"
    AWAITING_SUPPLEMENT = "AWAITING_SUPPLEMENT"
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    SUSPENDED = "SUSPENDED"
    WITHDRAWAL_REQUESTED = "WITHDRAWAL_REQUESTED"
    STOPPED = "STOPPED"
    DONE = "DONE"
    RETURNED = "RETURNED"
    UNKNOWN = "UNKNOWN"


class Verdict(Word):
    """Board: to the second, two supplement requests count as overdue. Legal: to the end of the due working day."""

    IN_TIME = "in_time"
    OVERDUE = "overdue"
    NONE = "none"


class Cause(Word):
    """Why a dossier was judged late; NONE where it was not."""

    NONE = "none"
    STAFF = "staff"
    SYNC = "sync"
    CITIZEN = "citizen"
    OTHER_BODY = "other_body"
