"""One board: its panels, variables and the frame that Grafana 11 to 13 load (classic JSON, schema 42)."""

from dataclasses import dataclass
from typing import Final

from dashboards.boards.panels import SOURCE, Json, Panel
from dashboards.words import Language, Said

SCHEMA: Final = 42
MOST_PANELS: Final = 20
ZONE: Final = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice at the top of the board: the values of a label of a metric, or of those that `query` finds."""

    name: str
    label: Said
    query: str

    def built(self, language: Language) -> Json:
        """Return the variable's JSON."""
        return {
            "type": "query",
            "name": self.name,
            "label": self.label.of(language),
            "datasource": SOURCE,
            "query": {"query": self.query, "refId": self.name},
            "definition": self.query,
            "refresh": 2,
            "sort": 1,
            "multi": False,
            "includeAll": False,
            "current": {},
            "options": [],
            "hide": 0,
        }


@dataclass(frozen=True, slots=True)
class Board:
    """A board in both languages; `name` is the first half of its uid."""

    name: str
    title: Said
    meaning: Said
    variables: tuple[Variable, ...]
    panels: tuple[Panel, ...]
    since: str = "now-7d"
    refresh: str = "1m"

    def uid(self, language: Language) -> str:
        """Return the id by which Grafana and links know it."""
        return f"{self.name}-{language}"

    def built(self, language: Language) -> Json:
        """Return the board's JSON."""
        return {
            "uid": self.uid(language),
            "title": self.title.of(language),
            "description": self.meaning.of(language),
            "tags": ["dunghan", language.value],
            "schemaVersion": SCHEMA,
            "version": 1,
            "editable": False,
            "graphTooltip": 1,
            "timezone": ZONE,
            "time": {"from": self.since, "to": "now"},
            "refresh": self.refresh,
            "links": [self._others(language)],
            "annotations": {"list": []},
            "templating": {"list": [_datasource(language), *(each.built(language) for each in self.variables)]},
            "panels": [panel.built(number, language) for number, panel in enumerate(self.panels, 1)],
        }

    @staticmethod
    def _others(language: Language) -> Json:
        return {
            "type": "dashboards",
            "title": Said("Bảng khác", "Other boards").of(language),
            "tags": ["dunghan", language.value],
            "asDropdown": True,
            "includeVars": True,
            "keepTime": True,
        }


def _datasource(language: Language) -> Json:
    return {
        "type": "datasource",
        "name": "datasource",
        "label": Said("Nguồn số liệu", "Data source").of(language),
        "query": "prometheus",
        "current": {},
        "options": [],
        "hide": 0,
    }
