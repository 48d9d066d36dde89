"""A broker that asks for TLS, a name and a password: the whole way over it, each process with its own rights alone."""

import http.client
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ACL, KafkaAdminClient, ResourcePattern
from kafka.admin import ACLOperation as Operation
from kafka.admin import ACLPermissionType as Permission
from kafka.admin import ACLResourcePatternType as Pattern
from kafka.admin import ResourceType as Resource
from kafka.errors import TopicAuthorizationFailedError

from alerts.courier import settled_to
from deploy.demo import offices
from deploy.demo.stage import Crew
from deploy.gateway.tokens import Pass, entry, new_token
from deploy.local.kafka import LocalKafka
from deploy.local.locks import Locks
from deploy.local.mailbox import LocalMailbox
from deploy.local.ports import free_ports
from deploy.rights import PARTS, Kind, parts, rights_of
from deploy.settings import without_settings
from streams.cluster import Cluster
from streams.core.moments import Moment, datetime_of
from streams.sockets import direct
from streams.topics import INBOX, TOPICS, prefixed
from tests.certificates import of_loopback
from tests.sources import SOURCE, at, sent

PREFIX = "khoa"
PARTITIONS = 2
OWNER = "owner"
LATE = "dienbien.muongnhe/LATE-1"
UNIT = {"procedure": "1.001", "unit": "muongnhe", "officer": "muongnhe-cb1", "field": "Hộ tịch", "channel": "online"}
LAST_DAY = at("2020-03-10 08:00")
KINDS = {
    Kind.TOPIC: Resource.TOPIC,
    Kind.GROUP: Resource.GROUP,
    Kind.TRANSACTION: Resource.TRANSACTIONAL_ID,
    Kind.CLUSTER: Resource.CLUSTER,
}
OPERATIONS = {
    "Read": Operation.READ,
    "Write": Operation.WRITE,
    "Create": Operation.CREATE,
    "Describe": Operation.DESCRIBE,
    "DescribeConfigs": Operation.DESCRIBE_CONFIGS,
    "AlterConfigs": Operation.ALTER_CONFIGS,
}


@dataclass
class House:
    """A locked cluster whose parts have their rights; the folder holds passwords, certificates, logs and mails."""

    kafka: LocalKafka
    locks: Locks
    folder: Path

    def way_in(self, name: str) -> Cluster:
        return self.locks.way_in(self.kafka.bootstrap, name)

    def environment(self, name: str, **more: object) -> dict[str, str]:
        """Return the settings of a process that goes by this name."""
        settings: Mapping[str, object] = {
            "KAFKA__BOOTSTRAP": self.kafka.bootstrap,
            "KAFKA__PREFIX": PREFIX,
            "KAFKA__PARTITIONS": PARTITIONS,
            "KAFKA__REPLICATION": 1,
            "KAFKA__SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA__USERNAME": name,
            "KAFKA__PASSWORD_FILE": self.locks.passwords / name,
            "KAFKA__AUTHORITY": self.locks.certificate,
            "WORKER__REPLAY": "true",
            "REFERENCE__FOLDER": self.folder / "reference",
            **more,
        }
        return without_settings() | {f"DUNGHAN_{key}": str(value) for key, value in settings.items()}

    def asked(self, command: str, name: str, **more: object) -> "subprocess.CompletedProcess[str]":
        with closing(self.started(command, name, **more)) as answer:
            return answer()

    def started(self, command: str, name: str, **more: object) -> "Answer":
        return Answer(
            subprocess.Popen(
                [sys.executable, "-m", "deploy", *command.split()],
                env=self.environment(name, **more),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )


class Answer:
    """What a command says and how it ends; called, it waits for it."""

    def __init__(self, running: "subprocess.Popen[str]") -> None:
        self._running = running

    def __call__(self) -> "subprocess.CompletedProcess[str]":
        told, _ = self._running.communicate(timeout=90)
        return subprocess.CompletedProcess(self._running.args, self._running.returncode, told)

    def close(self) -> None:
        """End it where nobody waited for it."""
        with self._running:
            self._running.kill()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("khoa")
    pair = of_loopback(folder)
    for name in ("passwords", "reference", "logs", "other"):
        (folder / name).mkdir()
    for name in (OWNER, *parts()):
        (folder / "passwords" / name).write_text(secret(name))
    (folder / "reference" / "units.csv").write_text(offices.units_csv(), encoding="utf-8")
    (folder / "reference" / "officers.csv").write_text(offices.officers_csv(), encoding="utf-8")
    locks = Locks(pair.certificate, pair.key, folder / "passwords", OWNER)
    with LocalKafka(locks=locks) as kafka:
        it = House(kafka, locks, folder)
        _grant(it)
        made = it.asked("topics apply", "administrator")
        assert made.returncode == 0, made.stdout
        yield it


def secret(name: str) -> str:
    return f"xin-mat-khau-{name}"


def _grant(house: House) -> None:
    rights = [(part, right) for part in parts() for right in rights_of(part, PREFIX)]
    acls = [
        ACL(
            f"User:{part}",
            "*",
            OPERATIONS[operation],
            Permission.ALLOW,
            ResourcePattern(KINDS[right.kind], right.name, Pattern.PREFIXED if right.begins else Pattern.LITERAL),
        )
        for part, right in rights
        for operation in right.operations
    ]
    owner = KafkaAdminClient(**direct(house.kafka.cluster))
    try:
        assert not owner.create_acls(acls)["failed"]
    finally:
        owner.close()


@dataclass
class Running:
    """The pipeline at work over the locked broker: where its figures are, its mails, and the gateway with a token."""

    house: House
    mailbox: LocalMailbox
    metrics: str
    gateway: int
    token: str
    crews: list[Crew]

    def supervise(self) -> None:
        for crew in self.crews:
            crew.supervise()


@pytest.fixture(scope="module")
def running(house: House) -> Iterator[Running]:
    token, hashed = new_token()
    tokens = house.folder / "tokens.toml"
    tokens.write_text(entry(Pass("motcua", SOURCE, ("dienbien.muongnhe",), hashed)))
    metrics, gateway = free_ports(2)
    with ExitStack() as stack:
        mailbox = stack.enter_context(LocalMailbox(house.folder / "mails"))
        smtp = {"SMTP__PORT": mailbox.port, "SMTP__TLS": "none", "COURIER__SENDER": "dunghan@dienbien.example"}
        board = {"SCOREBOARD__PORT": metrics, "SCOREBOARD__PERIODS": "2020"}
        door = {"GATEWAY__PORT": gateway, "GATEWAY__TOKENS_FILE": tokens}
        own = {"worker": {}, "courier": smtp, "scoreboard": board, "gateway": door}
        crews = [
            Crew([name], logs=house.folder / "logs", environment=house.environment(name, **more))
            for name, more in own.items()
        ]
        for crew in crews:
            stack.callback(crew.stop)
        it = Running(house, mailbox, f"http://127.0.0.1:{metrics}/metrics", gateway, token, crews)
        _work(it)
        yield it


def _work(it: Running) -> None:
    waited(it, lambda: posted(it) == 202)
    producer = KafkaProducer(**direct(it.house.kafka.cluster))
    for day in range(2, 11):
        moment = datetime_of(at(f"2020-03-{day:02d} 08:00")).isoformat()
        tick = json.dumps({"type": "vn.dunghan.tick.v1", "time": moment})
        for partition in range(PARTITIONS):
            producer.send(prefixed(PREFIX, INBOX), value=tick.encode(), partition=partition)
    producer.flush()
    producer.close()
    waited(it, lambda: (settled(it) or 0) >= LAST_DAY)


def posted(it: Running) -> int:
    client = http.client.HTTPConnection("127.0.0.1", it.gateway, timeout=30)
    try:
        event = sent("accepted", "2020-03-02 09:00", dossier=LATE, due_at="2020-03-09 09:00", **UNIT)
        headers = {"Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {it.token}"}
        client.request("POST", "/events", event, headers)
        return client.getresponse().status
    except OSError:
        return 0
    finally:
        client.close()


def settled(it: Running) -> Moment | None:
    return settled_to(it.house.way_in("auditor"), PREFIX)


def waited(it: Running, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not done():
        it.supervise()
        assert time.monotonic() < deadline
        time.sleep(0.3)


def test_a_dossier_goes_the_whole_way_over_a_locked_broker(running: Running) -> None:
    mails = [message_from_bytes(mail.content, policy=default).get_body(("plain",)) for mail in running.mailbox.mails()]
    assert any(mail is not None and "LATE-1" in mail.get_content() for mail in mails)
    with urllib.request.urlopen(running.metrics, timeout=10) as answer:  # noqa: S310 - our own address
        figures = answer.read().decode()
    assert 'dunghan_received{period="2020",unit="muongnhe"} 1' in figures


def test_verify_and_doctor_work_over_it(running: Running) -> None:
    verified = running.house.asked("verify", "auditor")
    assert (verified.returncode, "clean" in verified.stdout) == (0, True), verified.stdout
    with writing(running.house):
        looked = running.house.asked("doctor --json", "administrator")
    lines = json.loads(looked.stdout)["lines"]
    assert {each["what"]: each["grade"] for each in lines}["topics"] == "fine"
    assert not [each for each in lines if "as the administrator" in each["remedy"]]


@contextmanager
def writing(house: House) -> Iterator[None]:
    """Keep a transaction open in the inbox, as there is one at most moments of a day."""
    name = f"{PREFIX}-import-x"
    producer = KafkaProducer(**direct(house.way_in("importer")), transactional_id=name, retry_backoff_ms=5)
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(prefixed(PREFIX, INBOX), value=b"{}", partition=0).get(20)
    yield
    producer.abort_transaction()
    producer.close()


def test_the_archivist_takes_a_backup_up_to_whoever_is_at_work(running: Running, tmp_path: Path) -> None:
    taken = running.house.asked(f"backup {tmp_path}", "archivist")
    assert (taken.returncode, f"{PREFIX}-worker" in taken.stdout, "at work" in taken.stdout) == (1, True, True)


def test_no_password_is_in_a_log(running: Running) -> None:
    logs = "".join(file.read_text(errors="replace") for file in (running.house.folder / "logs").iterdir())
    assert "/metrics" in logs
    assert not [name for name in (OWNER, *parts()) if secret(name) in logs]


@dataclass(frozen=True)
class Wrong:
    """One way not to get in: who tries, the settings that are wrong, the exit code and what is said."""

    commands: tuple[str, ...]
    settings: Mapping[str, str]
    code: int
    said: str


@pytest.fixture
def wrong(request: pytest.FixtureRequest, house: House, tmp_path: Path) -> Wrong:
    (tmp_path / "password").write_text(secret("nobody"))
    password = {"KAFKA__PASSWORD_FILE": f"{tmp_path}/password"}
    authority = {"KAFKA__AUTHORITY": f"{of_loopback(tmp_path).certificate}"}
    ways = {
        "password": Wrong(
            ("worker", "courier", "gateway", "scoreboard", "verify"), password, 1, "password or the mechanism"
        ),
        "authority": Wrong(("gateway", "topics plan"), authority, 1, "is not trusted"),
        "nothing": Wrong(("worker",), {"KAFKA__PASSWORD_FILE": ""}, 2, "SASL_SSL needs username and password_file"),
    }
    return ways[request.param]


@pytest.mark.parametrize("wrong", ["password", "authority", "nothing"], indirect=True)
def test_who_cannot_get_in_is_told_in_one_sentence(wrong: Wrong, house: House, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(entry(Pass("motcua", SOURCE, ("dienbien.muongnhe",), new_token()[1])))
    settings = {**wrong.settings, "GATEWAY__TOKENS_FILE": tokens}
    with ExitStack() as stack:
        started = (house.started(command, "worker", **settings) for command in wrong.commands)
        for answer in [stack.enter_context(closing(each)) for each in started]:
            ended = answer()
            assert ended.returncode == wrong.code, ended.stdout
            assert wrong.said in ended.stdout.splitlines()[-1]
            assert len(ended.stdout.splitlines()) <= 2
            assert "xin-mat-khau" not in ended.stdout


@pytest.mark.parametrize("part", PARTS)
def test_a_part_can_write_its_own_topics_only(part: str, house: House) -> None:
    others = [topic for topic in TOPICS if topic not in PARTS[part].writes]
    producer = KafkaProducer(**direct(house.way_in(part)), max_block_ms=10_000, retries=0, enable_idempotence=False)
    try:
        written = [topic.name for topic in others if takes(producer, prefixed(PREFIX, topic))]
    finally:
        producer.close()
    assert not written


def takes(producer: KafkaProducer, topic: str) -> bool:
    try:
        producer.send(topic, value=b"", partition=0).get(20)
    except TopicAuthorizationFailedError:
        return False
    return True


@pytest.mark.parametrize("part", PARTS)
def test_a_part_can_read_its_own_topics_only(part: str, house: House) -> None:
    others = [topic for topic in TOPICS if topic not in PARTS[part].reads]
    consumer = KafkaConsumer(**direct(house.way_in(part)), group_id=None)
    try:
        read = [topic.name for topic in others if gives(consumer, prefixed(PREFIX, topic))]
    finally:
        consumer.close()
    assert not read


def gives(consumer: KafkaConsumer, topic: str) -> bool:
    if not consumer.partitions_for_topic(topic):
        return False  # not even that it is there
    consumer.assign([TopicPartition(topic, 0)])
    consumer.seek(TopicPartition(topic, 0), 0)
    try:
        consumer.poll(timeout_ms=20_000)
    except TopicAuthorizationFailedError:
        return False
    return True
