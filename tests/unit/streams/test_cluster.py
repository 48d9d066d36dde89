"""The one place where settings become the arguments of a client."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from kafka.net.compat import KafkaNetClient

from streams.cluster import Cluster, Mechanism, Protocol, cluster_of
from streams.sockets import DIRECT, direct
from tests.certificates import of_loopback


def locked(tmp_path: Path, **more: Any) -> Cluster:
    password = tmp_path / "password"
    password.write_text("mật khẩu\n", encoding="utf-8")
    return Cluster(
        "a:1, b:2",
        protocol=Protocol.SASL_SSL,
        mechanism=Mechanism.SCRAM_SHA_256,
        username="worker",
        password_file=password,
        authority=of_loopback(tmp_path).certificate,
        **more,
    )


def test_bare_addresses_ask_nothing() -> None:
    assert cluster_of("a:1").client() == {"bootstrap_servers": ["a:1"], "security_protocol": "PLAINTEXT"}


def test_both_libraries_are_told_the_same_and_one_of_them_how_to_open_sockets(tmp_path: Path) -> None:
    cluster = locked(tmp_path)
    one, other = cluster.client(), direct(cluster)
    assert other.pop("proxy_url") == DIRECT
    assert issubclass(other.pop("kafka_client"), KafkaNetClient)
    assert isinstance(one.pop("ssl_context"), ssl.SSLContext)
    assert isinstance(other.pop("ssl_context"), ssl.SSLContext)
    assert (
        one
        == other
        == {
            "bootstrap_servers": ["a:1", "b:2"],
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-256",
            "sasl_plain_username": "worker",
            "sasl_plain_password": "mật khẩu",
        }
    )


def test_whoever_signed_is_asked_for_and_the_name_compared(tmp_path: Path) -> None:
    context = locked(tmp_path).trusting()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.cert_store_stats()["x509"] == 1


def test_no_secret_is_part_of_the_cluster_as_text(tmp_path: Path) -> None:
    cluster = locked(tmp_path)
    assert str(cluster) == "a:1, b:2"
    assert "mật khẩu" not in repr(cluster)


def test_a_new_password_counts_from_the_next_client_on(tmp_path: Path) -> None:
    cluster = locked(tmp_path)
    (tmp_path / "password").write_text("other", encoding="utf-8")
    assert "other" in cluster.client().values()


def test_a_file_that_has_gone_is_an_os_error(tmp_path: Path) -> None:
    cluster = locked(tmp_path)
    (tmp_path / "password").unlink()
    with pytest.raises(OSError, match="password"):
        cluster.client()


def test_a_certificate_of_our_own_is_loaded(tmp_path: Path) -> None:
    pair = of_loopback(tmp_path)
    locked(tmp_path, certificate=pair.certificate, key=pair.key).trusting()
    with pytest.raises(OSError, match=r"."):
        locked(tmp_path, certificate=pair.certificate, key=pair.certificate).trusting()
