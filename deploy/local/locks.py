"""A local cluster whose door is locked, for tests of the way in: TLS, names, passwords, and the rights of each."""

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from deploy.local.ports import LOOPBACK
from streams.cluster import Cluster, Mechanism, Protocol

ROUNDS: Final = 4096
OPEN: Final = """\
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
"""
LOCKED: Final = """\
listeners=SASL_SSL://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=SASL_SSL://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required username="{owner}" password="{password}";
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={truststore}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:{owner};User:ANONYMOUS
"""
"""ANONYMOUS is the controller's own door, on loopback: the one listener without a name."""


@dataclass(frozen=True, slots=True)
class Locks:
    """The broker's certificate and key (PEM), and who may come; `owner` may do all.

    `passwords` is a folder with a file for each name; what it holds is the password.
    """

    certificate: Path
    key: Path
    passwords: Path
    owner: str

    def way_in(self, bootstrap: str, name: str) -> Cluster:
        """Return how somebody gets in."""
        return Cluster(
            bootstrap,
            protocol=Protocol.SASL_SSL,
            mechanism=Mechanism.SCRAM_SHA_512,
            username=name,
            password_file=self.passwords / name,
            authority=self.certificate,
        )

    def lines(self, folder: Path, *, port: int, controller_port: int) -> str:
        """Return the broker's settings for its doors; what they name is written into `folder`."""
        keystore = folder / "keystore.pem"
        keystore.touch(mode=0o600)
        key = load_pem_private_key(self.key.read_bytes(), password=None)
        # Kafka reads keys as PKCS 8 alone.
        keystore.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + self.certificate.read_bytes()
        )
        return LOCKED.format(
            host=LOOPBACK,
            port=port,
            controller_port=controller_port,
            owner=self.owner,
            password=self._password(self.owner),
            keystore=keystore,
            truststore=self.certificate,
        )

    def format_options(self) -> list[str]:
        """Return what the storage is formatted with: each name and its salted password, never the password."""
        names = (each.name for each in self.passwords.iterdir())
        return [part for name in sorted(names) for part in ("--add-scram", _scram(name, self._password(name)))]

    def _password(self, name: str) -> str:
        return (self.passwords / name).read_text(encoding="utf-8")


def _scram(name: str, password: str) -> str:
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    coded = (base64.b64encode(each).decode() for each in (salt, salted))
    return 'SCRAM-SHA-512=[name="{}",iterations={},salt="{}",saltedpassword="{}"]'.format(name, ROUNDS, *coded)
