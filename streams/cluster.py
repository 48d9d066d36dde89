"""How a Kafka cluster is reached: the addresses, and what it asks of whoever comes.

The one place where settings become the arguments of a client, of aiokafka (`client`) and of kafka-python
(`streams.sockets.direct`); both libraries call them the same. A password is read from its file when a client is made,
never kept, so a new one counts from the next start of a process on.
"""

import enum
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class Protocol(enum.StrEnum):
    """How a broker's door is secured, in Kafka's own words (`security.protocol`)."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"

    @property
    def hidden(self) -> bool:
        """Whether what is said is enciphered."""
        return self in (Protocol.SSL, Protocol.SASL_SSL)

    @property
    def named(self) -> bool:
        """Whether a name and a password are asked for."""
        return self in (Protocol.SASL_PLAINTEXT, Protocol.SASL_SSL)


class Mechanism(enum.StrEnum):
    """How a password is shown. SCRAM (RFC 5802) never sends it; PLAIN does, and goes under TLS alone."""

    SCRAM_SHA_512 = "SCRAM-SHA-512"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    PLAIN = "PLAIN"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster and our way in; as text it is its addresses, and no secret is ever a part of it.

    `authority` (PEM) says who signs the brokers' certificates, None: whoever this machine trusts; `certificate` and
    `key` (PEM) are shown to a broker that asks for them. `id` is the cluster's own (KIP-78), and any
    other is a mix-up; None: whichever it is.
    """

    bootstrap: str
    protocol: Protocol = Protocol.PLAINTEXT
    mechanism: Mechanism = Mechanism.SCRAM_SHA_512
    username: str | None = None
    password_file: Path | None = None
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    id: str | None = None

    def __str__(self) -> str:
        """Return the addresses, host:port, comma-separated."""
        return self.bootstrap

    @property
    def addresses(self) -> list[str]:
        """Return each host:port."""
        return [each.strip() for each in self.bootstrap.split(",")]

    def client(self) -> dict[str, Any]:
        """Return what every client takes; OSError (ssl.SSLError among them) when a file is missing or is none."""
        found: dict[str, Any] = {"bootstrap_servers": self.addresses, "security_protocol": str(self.protocol)}
        if self.protocol.hidden:
            found["ssl_context"] = self.trusting()
        if self.protocol.named:
            found["sasl_mechanism"] = str(self.mechanism)
            found["sasl_plain_username"] = self.username
            found["sasl_plain_password"] = self._password()
        return found

    def trusting(self) -> ssl.SSLContext:
        """Return whom we believe and what we show: TLS 1.2 at the least, the broker's name compared. OSError."""
        context = ssl.create_default_context(cafile=self.authority)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key)
        return context

    def _password(self) -> str:
        return "" if self.password_file is None else self.password_file.read_text(encoding="utf-8").rstrip("\r\n")


Address = Cluster | str
"""A cluster, or the bare addresses of one that asks nothing, as on a laptop."""


def cluster_of(address: Address) -> Cluster:
    """Return the cluster at an address."""
    return address if isinstance(address, Cluster) else Cluster(address)
