"""What the law of time cannot answer: each error says why; a shell prints it, the fold turns it into a finding."""


class LawError(Exception):
    """A question about time without an answer; its text names what was asked."""


class OutOfReach(LawError):
    """The answer lies outside the years that the calendar covers, or the calendar has no working moment there."""


class NotWorked(LawError):
    """Opening or closing was asked of a day on which nobody works."""


class BadLimit(LawError):
    """A limit that cannot be read, or that no procedure can have; `text` is what was sent."""

    def __init__(self, text: str, problem: str) -> None:
        """Name the limit as it was sent, and what is wrong with it."""
        super().__init__(f"limit {text!r}: {problem}")
        self.text = text
        self.problem = problem


class BadPause(LawError):
    """A pause that ends before it begins, or an open one where no end was given."""


class BadCalendar(LawError):
    """A calendar document that contradicts itself or another; names document, line and field."""

    def __init__(self, document: str, field: str, problem: str, *, line: int | None = None) -> None:
        """Name the document and the field, as in `swaps[1].made_up`, from 0; `line` counts from 1, if known."""
        super().__init__(f"{document}{f', line {line}' if line else ''}: {field}: {problem}")
        self.document = document
        self.field = field
        self.problem = problem
        self.line = line
