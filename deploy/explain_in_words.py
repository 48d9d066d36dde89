"""A dossier explained, in the words of the office: what was told, what was counted, how it stands, who was told.

A code of the core stands in brackets behind its words, so that a metric, a mail or the JSON can be found by it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from alerts.core.ledger import LedgerLine
from deploy import law_in_words
from deploy import office_words as office
from deploy.law_in_words import LANGUAGES
from deploy.mails_in_words import mail_told
from streams.core.findings import Finding
from streams.core.moments import Moment, datetime_of
from streams.explained import Appointed, Explained, Line, Stop
from streams.wire.contract import MOMENTS
from streams.wire.records import Notice, Withdrawal

MOST: Final = 30
"""Working intervals that are printed; the JSON has them all."""


class Teller:
    """One language: what there is to say of each part, as texts without a place on the page."""

    def __init__(self, lang: str) -> None:
        self.place = LANGUAGES.index(lang)

    def say(self, word: str, **told: object) -> str:
        """Return a sentence of the office with its names filled in."""
        return office.SENTENCES[word][self.place].format(**told)

    def head(self, told: Explained) -> Iterator[str]:
        """Yield whose dossier it is, how it stands and why, and its due moments in one line each."""
        standing, dossier, place = told.standing, told.dossier, self.place
        yield self.say("dossier", key=told.key, at=when(told.at))
        about = ("procedure", "unit", "field", "officer", "channel", "level")
        named = ((name, getattr(dossier, name)) for name in about)
        yield "; ".join(f"{office.FIELDS[name][place]} {value}" for name, value in named if value not in (None, ""))
        label, why = office.LABELS[standing.label][place], office.REASONS[standing.reason][place]
        yield self.say("label", label=label, code=standing.label, reason=why, why=standing.reason)
        yield self.say("state", state=office.STATES[dossier.state][place], code=dossier.state)
        twice = self.say("twice") if dossier.supplement_requests > 1 else ""
        yield self.say("board", verdict=office.VERDICTS[standing.board][place]) + twice
        yield self.say("legal", verdict=office.VERDICTS[standing.legal][place])
        yield self.say("cause", cause=office.CAUSES[standing.cause][place], code=standing.cause)
        due_at = standing.ranking_due_at
        at = self.say("no_due") if due_at is None else when(due_at)
        yield self.say("ranking", at=at) + (self.say("provisional") if standing.provisional else "")
        if standing.intake_due_at is not None:
            over = self.say("over") if standing.intake_overdue else ""
            yield self.say("intake", at=when(standing.intake_due_at), over=over)

    def history(self, told: Explained) -> Iterator[str]:
        """Yield a heading and the events, each with how it came here."""
        yield self.say("history", n=len(told.history))
        for line in told.history:
            what, *more = self.line(line)
            yield f"  {when(line.event.at)}  {what}"
            yield from (f"      {part}" for part in more if part)
        yield from (f"  {each}" for each in self.beside(told))

    def beside(self, told: Explained) -> Iterator[str]:
        """Yield what stands beside the history: what came later, and what cannot be read."""
        if told.later:
            yield self.say("later", n=told.later)
        for each in told.unreadable:
            yield self.say("unreadable", offset=each.offset, problem=each.problem)

    def line(self, line: Line) -> tuple[str, str, str]:
        """Return what happened by whose word, how it came here, and what it says; the last may be empty."""
        event, place = line.event, self.place
        kind = f"{office.KINDS[event.body.name][place]} [{event.body.name}]"
        lags = [self.say("arrived", at=when(event.arrived_at))]
        lags += [] if event.keyed_at is None else [self.say("keyed", at=when(event.keyed_at))]
        lags += [self.say("copies", n=line.copies)] if line.copies > 1 else []
        lags += [office.PARTS[line.part][place]] if office.PARTS[line.part][place] else []
        fields = {name: getattr(event.body, name) for name in event.body.__struct_fields__}
        said = {name: self.value(name, value) for name, value in fields.items() if value not in (None, "")}
        shown = (f"{office.FIELDS[name][place]} {value}" for name, value in said.items())
        return f"{kind}, {self.say('event', source=event.source, id=event.id)}", "; ".join(lags), "; ".join(shown)

    def value(self, name: str, value: object) -> str:
        """Return a field's value as the office writes it."""
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        return when(value) if name in MOMENTS and isinstance(value, int) else str(value)

    def stop(self, stop: Stop) -> str:
        """Return a pause with who asked for it."""
        pause = stop.pause
        end = self.say("still") if pause.end is None else when(pause.end)
        kind = office.PAUSES[pause.kind][self.place]
        told = self.say("pause", kind=kind, since=when(pause.since), end=end, length=_length(stop.seconds))
        asked = self.say("asked", source=stop.source, id=pause.asked_by)
        return "; ".join([told, asked] + ([] if stop.counts else [self.say("runs")]))

    def dues(self, told: Explained, most: int | None = MOST) -> Iterator[str]:
        """Yield the pauses and both due moments; of the appointed one so many intervals, None for all."""
        reckoned = told.reckoned
        if reckoned.stops:
            yield self.say("pauses", n=len(reckoned.stops))
            yield from (f"  {self.stop(each)}" for each in reckoned.stops)
        if reckoned.appointed is None:
            yield self.say("appointed", at=self.say("no_due"))
        else:
            yield from self.appointed(reckoned.appointed, most)
        if reckoned.recomputed is None:
            yield f"{self.say('recomputed')} {self.say('no_due')}"
        else:
            yield self.say("recomputed")
            text = law_in_words.as_text(reckoned.recomputed, LANGUAGES[self.place])
            yield from (f"  {line}" for line in text.splitlines())

    def appointed(self, due: Appointed, most: int | None) -> Iterator[str]:
        """Yield the appointed due moment and the working time that was counted."""
        yield self.say("appointed", at=when(due.due_at))
        yield "  " + self.say("named", at=when(due.named_at))
        if due.moved_to != due.due_at:
            yield "  " + self.say("moved", at=when(due.moved_to), length=_length(due.moved_by))
        yield "  " + self.say("counted", length=_length(sum(end - start for start, end in due.intervals)))
        yield from (f"    {when(start)} – {when(end)}  {_length(end - start)}" for start, end in due.intervals[:most])
        if most is not None and len(due.intervals) > most:
            yield "    " + self.say("more", n=len(due.intervals) - most)
        if due.differs:
            yield "  " + self.say("later_than" if due.differs > 0 else "sooner_than", length=_length(abs(due.differs)))

    def finding(self, found: Finding) -> tuple[str, str]:
        """Return the rule with what shows it, and how soon to look with what may be innocent."""
        shown, place = " · ".join(part for part in (found.note, ", ".join(found.events)) if part), self.place
        innocent = self.say("innocent", why=office.INNOCENT[found.rule][place])
        return (
            f"{found.rule}  {office.RULES[found.rule][place]}" + (shown and f" ({shown})"),
            f"{office.SEVERITIES[found.severity][place]}; {innocent}",
        )

    def findings(self, told: Explained) -> Iterator[str]:
        """Yield a heading and the findings."""
        yield self.say("findings", n=len(told.findings))
        for found in told.findings:
            named, soon = self.finding(found)
            yield from (f"  {when(found.at)}  {named}", f"      {soon}")

    def notice(self, notice: Notice | Withdrawal) -> str:
        """Return what was decided, or withdrawn, and about whom."""
        stage = office.STAGES[notice.stage][self.place]
        if isinstance(notice, Withdrawal):
            why = {str(ended): both[self.place] for ended, both in office.ENDED.items()}.get(
                notice.reason, notice.reason
            )
            return self.say("withdrawn", at=when(notice.decided_at), stage=stage, code=notice.stage, why=why)
        who = "/".join(part for part in (notice.unit, notice.officer) if part)
        told = self.say("notice", at=when(notice.decided_at), stage=stage, code=notice.stage, who=who)
        return told + (f" ({self.say('delayed')})" if notice.delayed else "")

    def mail(self, line: LedgerLine, dossier: str) -> tuple[str, str, str]:
        """Return the moment, the recipient and what the ledger says."""
        return when(line.at), line.recipient, mail_told(line, dossier, self.place)


def as_text(told: Explained, mails: Sequence[LedgerLine] | None, lang: str) -> str:
    """Return the explanation as lines in Vietnamese (`vi`) or English; without `mails` nobody asked the ledger."""
    teller = Teller(lang)
    lines = [*teller.head(told), "", *teller.history(told), "", *teller.dues(told), "", *teller.findings(told), ""]
    lines += [teller.say("notices", n=len(told.notices)), *(f"  {teller.notice(each)}" for each in told.notices), ""]
    if mails is None:
        lines.append(teller.say("not_asked"))
    else:
        lines += [teller.say("mails", n=len(mails)), *(f"  {'  '.join(teller.mail(line, told.key))}" for line in mails)]
    return "\n".join([*lines, "", teller.say("rules", rules=told.rules)])


def when(at: Moment) -> str:
    """Return the moment as the office writes it, in Vietnamese time; as a number where no date goes so far."""
    try:
        read = datetime_of(at)
    except (ValueError, OverflowError, OSError):
        return str(at)
    return f"{read:%d/%m/%Y %H:%M:%S}".removesuffix(":00")


def _length(seconds: int | None) -> str:
    return "?" if seconds is None else f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
