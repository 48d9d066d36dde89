"""Settings are read once, from variables, then the file, then defaults, and complained about all at once."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from deploy.settings import SettingsError, load, variables


@pytest.fixture(autouse=True)
def _no_settings_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "dunghan.toml"
    file.write_text(text, encoding="utf-8")
    return file


def faults(file: Path | None = None) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as wrong:
        load(file)
    return wrong.value.faults


def test_without_file_and_variables_the_defaults_count() -> None:
    settings = load()
    assert (settings.kafka.partitions, settings.kafka.replication, settings.worker.replay) == (12, 3, False)


def test_the_file_of_the_working_folder_is_read(tmp_path: Path) -> None:
    written(tmp_path, '[kafka]\nprefix = "thu"\n')
    assert load().kafka.prefix == "thu"


def test_a_variable_wins_over_the_file_key_by_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNGHAN_KAFKA__PREFIX", "b")
    kafka = load(written(tmp_path, '[kafka]\nprefix = "a"\npartitions = 5\n')).kafka
    assert (kafka.prefix, kafka.partitions) == ("b", 5)


def test_every_fault_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNGHAN_KAFKA__PARTITIONS", "many")
    monkeypatch.setenv("DUNGHAN_KAFAK__PREFIX", "x")
    monkeypatch.setenv("DUNGHAN_SMTP__PORT", "99999")
    told = faults(written(tmp_path, "[worker]\nepoch = 1\n[courier]\nlanguage = 'fr'\n"))
    assert [line.split(":")[0].split(" ")[0] for line in told] == [
        "DUNGHAN_KAFAK__PREFIX",
        "kafka.partitions",
        "worker.epoch",
        "courier.language",
        "smtp.port",
    ]


@pytest.mark.parametrize(
    "name",
    ["DUNGHAN_ANYTHING", "DUNGHAN_KAFKA__COLOUR", "DUNGHAN_KAFKA"],
    ids=["no section", "no such key", "a whole section"],
)
def test_a_variable_nobody_knows_is_an_error_and_named_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "secret-value")
    (told,) = faults()
    assert told == f"{name}: there is no such setting"


def test_a_key_nobody_knows_is_an_error(tmp_path: Path) -> None:
    assert faults(written(tmp_path, "[kafka]\ncolour = 'red'\n")) == (
        "kafka.colour (DUNGHAN_KAFKA__COLOUR): there is no such setting",
    )


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNGHAN_KAFKA__BOOTSTRAP", "")
    assert load().kafka.bootstrap == "127.0.0.1:9092"


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    assert "No such file" in faults(tmp_path / "gone.toml")[0]


def test_a_file_that_is_no_toml_is_told_with_its_line_and_the_variables_are_still_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUNGHAN_SMTP__PORT", "0")
    told = faults(written(tmp_path, "[kafka\n"))
    assert "line 1" in told[0]
    assert told[1].startswith("smtp.port")


def test_periods_in_a_variable_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNGHAN_SCOREBOARD__PERIODS", "2026, 2026-Q3")
    assert load().scoreboard.periods == ("2026", "2026-Q3")


def test_the_password_is_read_from_its_file_and_never_a_setting(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mật khẩu\n", encoding="utf-8")
    table = f"[smtp]\nusername = 'clerk'\npassword_file = '{tmp_path / 'secret'}'\n"
    settings = load(written(tmp_path, table))
    assert settings.smtp.password() == "mật khẩu"
    assert "mật khẩu" not in settings.model_dump_json()


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("[smtp]\nusername = 'clerk'\n", "username and password_file belong together"),
        ("[smtp]\npassword = 'x'\n", "there is no such setting"),
        ("[smtp]\nusername = 'c'\npassword_file = '/nowhere/at/all'\n", "file"),
        ("[courier]\nbase_url = 'https://me:pw@example.vn'\n", "without a name or password"),
        ("[kafka]\nbootstrap = 'localhost'\n", "kafka.bootstrap"),
        ("[reference]\nfolder = '/nowhere/at/all'\n", "there is no folder"),
    ],
    ids=["half a login", "password as a setting", "no such file", "password in a link", "no port", "no folder"],
)
def test_what_cannot_work_is_refused_before_anything_starts(tmp_path: Path, table: str, told: str) -> None:
    assert told in faults(written(tmp_path, table))[0]


def test_a_password_is_not_sent_to_another_machine_without_tls(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    table = f"[smtp]\nusername = 'c'\npassword_file = '{tmp_path / 'secret'}'\ntls = 'none'\nhost = 'mail.example.vn'\n"
    assert "without TLS" in faults(written(tmp_path, table))[0]


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load().kafka.prefix = "x"


def test_figures_are_served_to_this_machine_alone_unless_an_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    named = [key for key in variables().values() if key.endswith((".host", ".metrics_host")) and key != "smtp.host"]
    assert len(named) == 5
    values = load().model_dump()
    assert {values[section][key] for section, _, key in (each.partition(".") for each in named)} == {"127.0.0.1"}
    monkeypatch.setenv("DUNGHAN_WORKER__METRICS_HOST", "10.0.0.7")
    assert load().worker.metrics_host == "10.0.0.7"


WAY_IN = {"username": "worker", "password_file": "{folder}/password"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"security_protocol": "SASL_SSL"}, "needs username and password_file"),
        ({"security_protocol": "SASL_SSL", "username": "worker"}, "needs username and password_file"),
        (WAY_IN, "PLAINTEXT shows no password"),
        ({"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN"} | WAY_IN, "with SASL_SSL only"),
        ({"authority": "{folder}/password"}, "PLAINTEXT uses no certificate"),
        ({"security_protocol": "SSL", "certificate_file": "{folder}/password"}, "belong together"),
        ({"security_protocol": "SASL_SSL", "username": "x", "password_file": "/not/there"}, "does not point to a file"),
        ({"security_protocol": "TLS"}, "'SASL_SSL'"),
        ({"password": "hunter2"}, "there is no such setting"),
    ],
    ids=[
        "no login",
        "no password",
        "a password without a lock",
        "PLAIN without TLS",
        "an authority without TLS",
        "half a certificate",
        "a password file that is not there",
        "no such protocol",
        "a password as a setting",
    ],
)
def test_a_way_in_that_is_not_whole_or_not_safe_is_told(given: dict[str, str], said: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2", encoding="utf-8")
    lines = (f'{key} = "{value.format(folder=tmp_path)}"' for key, value in given.items())
    (told,) = faults(written(tmp_path, "\n".join(("[kafka]", *lines))))
    assert said in told
    assert "hunter2" not in told


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"])
def test_a_whole_way_in_is_taken(mechanism: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2\n", encoding="utf-8")
    text = f'[kafka]\nsecurity_protocol = "SASL_SSL"\nsasl_mechanism = "{mechanism}"\nusername = "worker"\n'
    cluster = load(written(tmp_path, f'{text}password_file = "{tmp_path}/password"\n')).kafka.cluster
    assert "hunter2" in cluster.client().values()
    assert cluster.client()["sasl_mechanism"] == mechanism
