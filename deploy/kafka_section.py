"""The settings of the section `[kafka]`: the cluster, the topics on it, and our way in."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FilePath, model_validator

from streams.cluster import Cluster, Mechanism, Protocol


class Section(BaseModel):
    """One table of `dunghan.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Kafka(Section):
    """The cluster and the topics on it."""

    bootstrap: Annotated[str, Field(pattern=r"^\s*\S+:\d+(\s*,\s*\S+:\d+)*\s*$")] = "127.0.0.1:9092"
    """Addresses as host:port, comma-separated."""
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]*$", max_length=100)] = ""
    """Before every topic's name, and a dot; a pipeline of its own."""
    partitions: Annotated[int, Field(ge=1, le=1000)] = 12
    """Of every topic but the single ones; never changed once there is data."""
    replication: Annotated[int, Field(ge=1, le=9)] = 3
    """Copies of every partition."""
    client_id: str = "dunghan"
    cluster_id: str | None = None
    """The cluster's own id (`dunghan doctor` says it): no process enters another, whatever answers at the addresses."""
    security_protocol: Protocol = Protocol.PLAINTEXT
    """What the brokers' door asks: `PLAINTEXT` nothing, `SSL` TLS, `SASL_SSL` TLS and a name (docs/security.md)."""
    sasl_mechanism: Mechanism = Mechanism.SCRAM_SHA_512
    username: str | None = None
    password_file: FilePath | None = None
    authority: FilePath | None = None
    """PEM: who signed the brokers' certificates; without it, whoever this machine trusts."""
    certificate_file: FilePath | None = None
    key_file: FilePath | None = None
    """PEM, for brokers that ask clients for a certificate."""

    @model_validator(mode="after")
    def _the_way_in_is_whole_and_safe(self) -> "Kafka":
        faults = list(_faults_of_the_way_in(self))
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def cluster(self) -> Cluster:
        """The cluster, and our way in."""
        return Cluster(
            self.bootstrap,
            protocol=self.security_protocol,
            mechanism=self.sasl_mechanism,
            username=self.username,
            password_file=self.password_file,
            authority=self.authority,
            certificate=self.certificate_file,
            key=self.key_file,
            id=self.cluster_id,
        )


def _faults_of_the_way_in(kafka: Kafka) -> Iterator[str]:
    protocol, login = kafka.security_protocol, (kafka.username, kafka.password_file)
    files = (kafka.authority, kafka.certificate_file, kafka.key_file)
    if protocol.named and None in login:
        yield f"{protocol} needs username and password_file"
    if not protocol.named and login != (None, None):
        yield f"{protocol} shows no password: security_protocol is to be SASL_SSL"
    if protocol is Protocol.SASL_PLAINTEXT and kafka.sasl_mechanism is Mechanism.PLAIN:
        yield "PLAIN sends the password as it is: with SASL_SSL only"
    if not protocol.hidden and any(files):
        yield f"{protocol} uses no certificate: security_protocol is to be SASL_SSL or SSL"
    if (kafka.certificate_file is None) != (kafka.key_file is None):
        yield "certificate_file and key_file belong together"
