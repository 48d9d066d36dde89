"""Looks at files: certificates that end, and secrets that more can read than need to."""

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from deploy.admission import certificate_of
from deploy.doctoring.line import Grade, Line
from deploy.settings import Settings
from streams.core.moments import Moment

SOON = timedelta(days=21)


def looked_at(settings: Settings, *, now: Moment) -> Iterator[Line]:
    """Return a line for each certificate of ours, and for each secret that others can read."""
    for file, renewed in (
        (settings.gateway.certificate_file, "renew it and start the gateway again"),
        (settings.kafka.certificate_file, "renew it and start every process again"),
    ):
        if file is not None:
            try:
                certificate = x509.load_pem_x509_certificate(file.read_bytes())
            except (OSError, ValueError) as error:
                yield Line("certificate", Grade.WRONG, f"{file}: {error}", "put a certificate in PEM there")
                continue
            yield ending(str(file), certificate, now=now, remedy=renewed)
    shown = certificate_of(settings.kafka.cluster)
    if shown is not None:
        remedy = "renew the brokers' certificates, one broker after the other"
        yield ending_of("the brokers'", shown, now=now, remedy=remedy)
    yield from _secrets(settings)


def ending_of(whose: str, shown: bytes, *, now: Moment, remedy: str) -> Line:
    """Return the same of a certificate (DER) that a server shows; one that is trusted may be beyond us to read."""
    try:
        certificate = x509.load_der_x509_certificate(shown)
    except ValueError as error:
        return Line("certificate", Grade.WARNING, f"{whose} cannot be read: {error}", "look with openssl s_client")
    return ending(whose, certificate, now=now, remedy=remedy)


def ending(whose: str, certificate: x509.Certificate, *, now: Moment, remedy: str) -> Line:
    """Return when a certificate ends, and what to do where that is near."""
    ends = certificate.not_valid_after_utc
    left = ends - datetime.fromtimestamp(now, UTC)
    grade = Grade.WRONG if left <= timedelta() else Grade.WARNING if left < SOON else Grade.FINE
    return Line("certificate", grade, f"{whose} ends on {ends:%Y-%m-%d}", "" if grade is Grade.FINE else remedy)


def _secrets(settings: Settings) -> Iterator[Line]:
    files = (
        *(settings.kafka.password_file, settings.kafka.key_file, settings.smtp.password_file),
        *(settings.gateway.key_file, settings.audit.key_file, settings.consent.key_file),
    )
    named = [file for file in files if file is not None]
    open_to_all = [file for file in named if _mode(file) & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP)]
    for file in open_to_all:
        found = f"{file}: {stat.filemode(_mode(file))}, others may read or change it"
        yield Line("secrets", Grade.WRONG, found, f"chmod 640 {file}, and a new secret if anybody may have read it")
    if named and not open_to_all:
        yield Line("secrets", Grade.FINE, f"{len(named)} files, for nobody else")


def _mode(file: Path) -> int:
    try:
        return file.stat().st_mode
    except OSError:
        return 0
