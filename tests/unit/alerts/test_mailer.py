"""Every failure of a mail server is one of a closed set of endings."""

import ssl

import aiosmtplib
import pytest

from alerts.core.retry import Ending
from alerts.mailer import classify
from alerts.server import Server, Tls


def over_tls(cause: BaseException) -> aiosmtplib.SMTPConnectError:
    error = aiosmtplib.SMTPConnectError("Error connecting")
    error.__cause__ = cause
    return error


def refused(code: int) -> aiosmtplib.SMTPRecipientsRefused:
    return aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(code, "no", "a@x.vn")])


@pytest.mark.parametrize(
    ("failure", "in_message", "ending"),
    [
        pytest.param(refused(550), False, Ending.PERMANENT, id="no such mailbox"),
        pytest.param(refused(451), False, Ending.RETRY, id="greylisted"),
        pytest.param(refused(452), False, Ending.RETRY, id="too many mails on this connection"),
        pytest.param(aiosmtplib.SMTPDataError(554, "no"), True, Ending.PERMANENT, id="content refused"),
        pytest.param(aiosmtplib.SMTPDataError(421, "later"), True, Ending.RETRY, id="going down, and said so"),
        pytest.param(aiosmtplib.SMTPAuthenticationError(535, "no"), False, Ending.HALT, id="wrong password"),
        pytest.param(aiosmtplib.SMTPAuthenticationError(454, "later"), False, Ending.RETRY, id="cannot check it now"),
        pytest.param(aiosmtplib.SMTPSenderRefused(530, "TLS first", "d@x.vn"), False, Ending.HALT, id="not from us"),
        pytest.param(aiosmtplib.SMTPSenderRefused(451, "later", "d@x.vn"), False, Ending.RETRY, id="not now from us"),
        pytest.param(aiosmtplib.SMTPConnectResponseError(554, "no"), False, Ending.RETRY, id="no service"),
        pytest.param(aiosmtplib.SMTPHeloError(550, "no"), False, Ending.RETRY, id="hello refused"),
        pytest.param(aiosmtplib.SMTPConnectError("no"), False, Ending.RETRY, id="nobody answers"),
        pytest.param(aiosmtplib.SMTPServerDisconnected("gone"), False, Ending.RETRY, id="hung up before the message"),
        pytest.param(aiosmtplib.SMTPServerDisconnected("gone"), True, Ending.AMBIGUOUS, id="hung up after the dot"),
        pytest.param(aiosmtplib.SMTPReadTimeoutError("slow"), True, Ending.AMBIGUOUS, id="no answer after the dot"),
        pytest.param(ConnectionResetError(), True, Ending.AMBIGUOUS, id="reset after the dot"),
        pytest.param(over_tls(ssl.SSLCertVerificationError("bad")), False, Ending.HALT, id="a wrong certificate"),
        pytest.param(ssl.SSLError("bad"), False, Ending.HALT, id="no TLS to be agreed on"),
        pytest.param(aiosmtplib.SMTPException("STARTTLS not supported"), False, Ending.HALT, id="no STARTTLS"),
        pytest.param(ValueError("not ascii"), False, Ending.PERMANENT, id="an address no server takes"),
    ],
)
def test_every_failure_has_its_ending(failure: Exception, in_message: bool, ending: Ending) -> None:
    assert classify(failure, in_message=in_message).ending is ending


def test_a_password_is_not_sent_to_another_machine_without_tls() -> None:
    with pytest.raises(ValueError, match="without TLS"):
        Server(host="mail.x.vn", port=25, username="dunghan", password="")
    assert Server(host="mail.x.vn", port=465, tls=Tls.TLS, username="dunghan", password="").tls is Tls.TLS
    assert Server(host="127.0.0.1", port=25, username="dunghan", password="").tls is Tls.NONE
