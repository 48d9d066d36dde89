"""From the settings to the mail server: as the courier meets it, and as `dunghan doctor` looks at it."""

from alerts.core.pace import Rates
from alerts.server import Server, Tls
from deploy.settings import Settings


def domain_of(settings: Settings) -> str:
    """Return the domain that mails come from, in whose name the server is greeted."""
    return settings.courier.sender.rpartition("@")[2]


def server_of(settings: Settings) -> Server:
    """Return the mail server; OSError when the file of its password has gone."""
    smtp = settings.smtp
    return Server(
        host=smtp.host,
        port=smtp.port,
        tls=Tls(smtp.tls),
        username=smtp.username,
        password=smtp.password(),
        token_command=smtp.token_command,
        authority=None if smtp.authority is None else str(smtp.authority),
        connections=smtp.connections,
        helo=domain_of(settings),
        rates=Rates(per_second=smtp.per_second, domains=smtp.per_second_by_domain),
    )
