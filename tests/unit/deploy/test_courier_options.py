"""What the courier is told to work with, from settings and folder."""

import shutil
from pathlib import Path

import pytest

from deploy.cli import Failed
from deploy.cli.courier import options_of
from deploy.connect.sources import SHIPPED
from deploy.rulebook import reference_folder
from deploy.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of reference data with one source, whose system has a page for each dossier."""
    made = tmp_path / "reference"
    shutil.copytree(reference_folder(None), made)
    (made / "units.csv").write_text("id,name,head,parent,address\n", encoding="utf-8")
    (made / "officers.csv").write_text("id,name,unit,address\n", encoding="utf-8")
    national = (SHIPPED / "national.toml").read_text(encoding="utf-8")
    (made / "sources").mkdir(exist_ok=True)
    paged = national.replace("time_zone = ", 'link = "https://mc.vn/{code}"\ntime_zone = ', 1)
    (made / "sources" / "ours.toml").write_text(paged, encoding="utf-8")
    return made


def _settings(folder: Path) -> Settings:
    return Settings.model_validate({"reference": {"folder": folder}, "courier": {"base_url": "https://x.vn/"}})


def test_a_mail_links_to_the_page_that_the_home_systems_source_names(folder: Path) -> None:
    links = options_of(_settings(folder))["links"]
    assert links.by_home == {"dienbien": "https://mc.vn/{code}"}
    assert (links.of("dienbien/7"), links.of("tth/7")) == ("https://mc.vn/7", "https://x.vn/tth/7")


def test_a_courier_does_not_start_with_a_source_that_cannot_be_read(folder: Path) -> None:
    (folder / "sources" / "broken.toml").write_text("version = ", encoding="utf-8")
    with pytest.raises(Failed, match=r"broken\.toml"):
        options_of(_settings(folder))
