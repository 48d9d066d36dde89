"""Looks at the mail server as the courier would meet it: TLS, then the login, then a farewell; nothing is sent."""

from collections.abc import Iterator

import msgspec

from alerts.greeting import Greeted, greeted
from deploy.doctoring.files import ending_of
from deploy.doctoring.line import Grade, Line
from deploy.mailing import server_of
from deploy.sections import Smtp
from deploy.settings import Settings
from streams.core.moments import Moment

PATIENCE = 5.0


def looked_at(settings: Settings, *, now: Moment) -> Iterator[Line]:
    """Return how the server greets us, and when its certificate ends."""
    smtp = settings.smtp
    where = f"{smtp.host}:{smtp.port}"
    try:
        found = greeted(msgspec.structs.replace(server_of(settings), patience=PATIENCE))
    except OSError as error:
        yield Line("mail", Grade.WRONG, f"smtp.password_file: {error}", "put the password there")
        return
    yield _told(where, smtp, found)
    if found.certificate is not None:
        yield ending_of(where, found.certificate, now=now, remedy="have the mail server's certificate renewed")


def _told(where: str, smtp: Smtp, found: Greeted) -> Line:
    if found.refused:
        remedy = "[smtp] of the settings: host, port, tls, authority, username, password_file"
        # Whoever left everything as it is may have no courier on this machine.
        grade = Grade.WARNING if smtp == Smtp() else Grade.WRONG
        return Line("mail", grade, f"{where}: {found.refused}", remedy)
    how = "without TLS" if smtp.tls == "none" else "over TLS"
    return Line("mail", Grade.FINE, f"{where} lets us in {how}" + (f" as {smtp.username}" if smtp.username else ""))
