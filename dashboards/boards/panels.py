"""Panels in Grafana's classic JSON; each is made of a title, a description that defines the figure, and expressions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dashboards.words import Language, Said

Json = dict[str, Any]
SOURCE: Final[Json] = {"type": "prometheus", "uid": "${datasource}"}
GREEN, AMBER, RED, BLUE, VIOLET, GREY = "#1b7f4b", "#d9901a", "#c4472b", "#2f6fb5", "#8e44ad", "#5f6b76"
COUNT, SHARE, SECONDS = "none", "percentunit", "s"
MOMENT: Final = Said("time:DD/MM/YYYY HH:mm", "time:YYYY-MM-DD HH:mm")


@dataclass(frozen=True, slots=True)
class Ask:
    """One expression; `legend` names its series, in words or by their labels (`{{name}}`)."""

    expression: str
    legend: Said = field(default_factory=lambda: Said("", ""))
    instant: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the board: column and row, width (of 24) and height."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Head:
    """What a panel is called, what its figure means (its definition, and where one is known its source), and where."""

    title: Said
    meaning: Said
    place: Place


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel in both languages."""

    kind: str
    head: Head
    asks: tuple[Ask, ...] = ()
    defaults: Json = field(default_factory=dict)
    options: Json = field(default_factory=dict)
    overrides: tuple[Json, ...] = ()
    transformations: tuple[Json, ...] = ()

    def built(self, number: int, language: Language) -> Json:
        """Return the panel's JSON."""
        place = self.head.place
        panel = {
            "id": number,
            "type": self.kind,
            "title": self.head.title.of(language),
            "description": self.head.meaning.of(language),
            "gridPos": {"h": place.h, "w": place.w, "x": place.x, "y": place.y},
            "options": said(self.options, language),
        }
        if not self.asks:
            return panel
        return panel | {
            "datasource": SOURCE,
            "targets": [
                _target(ask, "ABCDEFGHIJKLMN"[place], kind=self.kind, language=language)
                for place, ask in enumerate(self.asks)
            ],
            "fieldConfig": {"defaults": said(self.defaults, language), "overrides": said(self.overrides, language)},
            "transformations": said(self.transformations, language),
        }


def said(value: Any, language: Language) -> Any:
    """Return the JSON with each text in the language."""
    match value:
        case Said():
            return value.of(language)
        case Mapping():
            return {said(key, language): said(item, language) for key, item in value.items()}
        case str():
            return value
        case Sequence():
            return [said(item, language) for item in value]
        case _:
            return value


def _target(ask: Ask, letter: str, *, kind: str, language: Language) -> Json:
    table = {"format": "table"} if kind == "table" else {}
    return {
        "refId": letter,
        "datasource": SOURCE,
        "expr": ask.expression,
        "instant": ask.instant,
        "range": not ask.instant,
        "legendFormat": ask.legend.of(language) or "__auto",
    } | table


def steps(*colours: tuple[float | None, str]) -> Json:
    """Return thresholds: each colour from its value on, the first from None."""
    return {"mode": "absolute", "steps": [{"value": value, "color": colour} for value, colour in colours]}


def figure(head: Head, ask: str, *, unit: str | Said = COUNT, **more: Any) -> Panel:
    """Return one great number; `thresholds` and `mappings` colour it and put a word beside the colour."""
    size = more.pop("size", None)
    defaults = {"unit": unit, "thresholds": steps((None, BLUE)), **more}
    defaults |= {"color": {"mode": "thresholds"}, "noValue": Said("chưa đủ số liệu", "not complete")}
    defaults.setdefault("decimals", 1 if unit == SHARE else 0)
    options = {
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "center",
        "textMode": "value",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "text": {} if size is None else {"valueSize": size},
    }
    return Panel("stat", head, (Ask(ask),), defaults, options)


def bars(head: Head, asks: tuple[Ask, ...], **more: Any) -> Panel:
    """Return horizontal bars with their values, best first where the expression sorts them."""
    defaults = {"unit": SHARE, "decimals": 1, "min": 0, "max": 1, "color": {"mode": "thresholds"}, **more}
    options = {
        "displayMode": "basic",
        "orientation": "horizontal",
        "namePlacement": "left",
        "valueMode": "text",
        "showUnfilled": True,
        "minVizHeight": 14,
        "maxVizHeight": 34,
        "sizing": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "text": {"valueSize": 17},
    }
    return Panel("bargauge", head, asks, defaults, options)


def lines(head: Head, asks: tuple[Ask, ...], *, unit: str = COUNT, **more: Any) -> Panel:
    """Return lines over time, their last value beside their name; `stacked=True` fills and stacks them."""
    stacked = more.pop("stacked", False)
    overrides = more.pop("overrides", ())
    custom: Json = {"lineWidth": 2, "fillOpacity": 25 if stacked else 0, "showPoints": "never", "spanNulls": False}
    if stacked:
        custom["stacking"] = {"mode": "normal", "group": "A"}
    if unit == COUNT:
        more = {"min": 0, "decimals": 0} | more
    defaults = {"unit": unit, "custom": custom, "color": {"mode": "palette-classic"}, **more}
    options = {
        "legend": {"showLegend": True, "displayMode": "table", "placement": "right", "calcs": ["lastNotNull"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return Panel("timeseries", head, asks, defaults, options, overrides)


def coloured(name: Said, colour: str) -> Json:
    """Return an override that draws the line of this name in the colour."""
    return named(name, color={"mode": "fixed", "fixedColor": colour})


def named(name: Said, **properties: Any) -> Json:
    """Return an override of the column or series of this name; `__` in a property stands for a dot."""
    changes = [{"id": key.replace("__", "."), "value": value} for key, value in properties.items()]
    return {"matcher": {"id": "byName", "options": name}, "properties": changes}


def small_lines(head: Head, asks: tuple[Ask, ...], **more: Any) -> Panel:
    """Return lines over time with their names below, for a panel of a third of the board."""
    panel = lines(head, asks, **more)
    legend = {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": ["lastNotNull"]}
    return Panel(panel.kind, panel.head, asks, panel.defaults, panel.options | {"legend": legend})
