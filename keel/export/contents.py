"""What every export says of a document, in the words and the order in which all four say it. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from keel import wording
from keel.suppression import HIDDEN
from keel.wording import MINUS, NBSP

Document = Mapping[str, Any]
Item = Mapping[str, Any]

NOT_PRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # no XML holds these, and no font
SWOT = ("strengths", "weaknesses", "opportunities", "threats")
PROMISES = ("Promise", "Owner", "Due", "Metric", "Expected", "Verdict", "Why")
POWERS = {suffix: power // 3 for power, suffix in wording.SCALES}
SAME_SCALE = ("rate", "rate_bps", "points", "score", "days")  # what never adds up from weeks to months


@dataclass(frozen=True)
class Point:
    """A week or a month as it is printed; `row` holds its numbers."""

    name: str
    printed: str
    prior: str
    target: str
    note: str
    is_partial: bool
    row: Item

    @property
    def lines(self) -> tuple[str, str]:
        """Its name in two lines: "Sep" and "2025", "wk 38" and nothing."""
        name, _, year = self.name.rpartition(" ")
        return (name, year) if len(year) == 4 and year.isdigit() else (self.name, "")


@dataclass(frozen=True)
class Line:
    """One line of the agenda: the heading of a section (no item), or a metric with its mark, value and why."""

    mark: str
    label: str
    printed: str
    why: str
    item: Item | None = None


def printable(value: Any) -> Any:
    """The same data without the control characters that no file format can hold; its texts are otherwise untouched."""
    if isinstance(value, str):
        return NOT_PRINTABLE.sub(" ", value)
    if isinstance(value, Mapping):
        return {key: printable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [printable(one) for one in value]
    return value


def metrics(document: Document) -> list[tuple[str, Item]]:
    """Each metric with the title of its section, in the order of the agenda."""
    return [(section["title"], item) for section in document["sections"] for item in section["items"]]


def agenda(document: Document) -> list[Line]:
    """The sections and what stands in them."""
    lines = []
    for section in document["sections"]:
        lines.append(Line("", section["title"], "", section.get("note") or ""))
        lines += [
            Line(item["said"]["mark"], item["label"], value(item), item["why"] or item["said"]["words"], item)
            for item in section["items"]
        ]
    return lines


def written_on(document: Document) -> datetime:
    """The moment a file bears: when the edition was published, else the last day of its week; never the clock."""
    published = document.get("published")
    moment = datetime.fromisoformat(published["at"] if published else document["week_ending"])
    return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None, microsecond=0)


def day(iso: str | None) -> str:
    """ "27 Sep 2026" of an ISO day or moment; what is no day stays as it is."""
    try:
        return wording.day_year(date.fromisoformat(iso[:10])) if iso else ""
    except ValueError:
        return iso or ""


def week(document: Document) -> str:
    """ "Week ending 27 Sep 2026"."""
    return f"Week ending {day(document['week_ending'])}"


def state(document: Document) -> str:
    """Whether the edition is published, when and by whom."""
    published = document.get("published")
    return f"Published {day(published['at'])} by {published['by']}" if published else "Not published yet"


def sources(document: Document) -> str:
    """The last day of each source: "Orders to 27 Sep 2026 · Staff to 20 Sep 2026 (stale)"."""
    return " · ".join(
        f"{source['name']} to {day(source['to']) or wording.NO_DATA}{' (stale)' if source['is_stale'] else ''}"
        for source in document["sources"]
    )


def about(document: Document) -> list[tuple[str, str]]:
    """What the file is of: company, week, sources and so on, each with its name."""
    return [
        ("Company", document["company"]),
        ("Currency", document["currency"]),
        ("Week ending", day(document["week_ending"])),
        ("Edition", state(document)),
        ("Filters", document["filters"] or "none"),
        ("Minimum group", f"{document['minimum']} people; {hidden(document)}"),
        *((f"Source: {source['name']}", sources({"sources": [source]})) for source in document["sources"]),
        ("Fingerprint of data and definitions", document["fingerprint"]),
        *(("Restated", words) for words in document.get("restated") or []),
    ]


def hidden(document: Document) -> str:
    """How many numbers are hidden because too few people stand behind them: "3 numbers hidden"."""
    count = sum(_hidden(item) for _, item in metrics(document))
    return f"{wording.plural(count, 'number')} hidden" if count else "nothing hidden"


def _hidden(item: Item) -> int:
    notes = [row["note"] or "" for key in ("weeks", "months") for row in item[key]]
    return sum(note.startswith(HIDDEN) for note in notes) + (item["printed"] == "hidden")


def foot(document: Document, item: Item | None = None) -> tuple[str, str]:
    """The two lines at the foot of a page: what it shows of whom (what is longest last), and how far its sources go."""
    of = {**document, "sections": [{"title": "", "items": [item]}]} if item else document
    counted = re.search(r"\bn [\d,]+", item["doubt"]) if item else None
    first = [
        document["company"], week(document), *([counted[0]] if counted else []), f"minimum group {document['minimum']}, {hidden(of)}",
        f"filters: {document['filters'] or 'none'}",
    ]  # fmt: skip
    return " · ".join(first), f"Sources: {sources(document) or 'none'}"


def value(item: Item) -> str:
    """The value with what it is counted in: "1.31 M EUR"."""
    return (
        f"{item['printed']}{NBSP}{item['unit_words']}"
        if item["unit_words"] and item["value"] is not None
        else item["printed"]
    )


def said(item: Item) -> str:
    """The mark and the sentence: "■ Signal · Twelve weeks on the low side."; a mark without a word goes right before it."""
    mark, words = item["said"]["mark"], item["said"]["words"]
    return (" · " if " " in mark else " ").join(part for part in (mark, words) if part)


def standing(item: Item) -> list[str]:
    """Target, usual range and doubt, each where there is one."""
    target, usual = item["target"], item["usual"]
    return [
        *([target["words"]] if target else []),
        *([f"usual range {usual['printed']}"] if usual else []),
        *([item["doubt"]] if item["doubt"] else []),
    ]


def points(item: Item) -> tuple[list[Point], list[Point]]:
    """The weeks and the months as they are printed."""
    weeks, months = (
        [
            Point(
                row["label"], row["printed"], row["prior_printed"], row["target_printed"], row["note"] or "",
                bool(row.get("is_partial")), row,
            )
            for row in item[key]
        ]
        for key in ("weeks", "months")
    )  # fmt: skip
    return weeks, months


def remarks(item: Item) -> list[str]:
    """What is to be known of the number: its note, those of its weeks and months, and which month still runs."""
    of: dict[str, list[str]] = {}
    for point in (point for part in points(item) for point in part):
        words = point.note if point.note != point.printed else ""
        for note in (words, "still running" if point.is_partial else ""):
            if note:
                of.setdefault(note, []).append(point.name)
    return [*([item["note"]] if item["note"] else []), *(f"{', '.join(names)}: {note}" for note, names in of.items())]


def events(item: Item) -> list[str]:
    """What happened, each with its days."""
    return [f"{_span(event)}: {event['words']}" for event in item["events"]]


def _span(event: Item) -> str:
    first, last = day(event["starts_on"]), day(event["ends_on"])
    return first if first == last else f"{first}{wording.DASH}{last}"


def notes(item: Item) -> list[str]:
    """What was said of the number, by whom and when."""
    return [f"{day(note['at'])}, {note['who']}: {note['words']}" for note in item["notes"]]


def definition(item: Item) -> list[str]:
    """What the number means, its edges, and who answers for it."""
    owner = f"Owner: {item['owner']}." if item["owner"] else ""
    better = {"up": "Higher is better.", "down": "Lower is better."}.get(item["better"], "")
    return [words for words in (item["meaning"], item["edge"], f"{better} {owner}".strip()) if words]


def promises(document: Document) -> list[list[str]]:
    """Each promise under the heads of PROMISES."""
    labels = {item["metric"]: item["label"] for _, item in metrics(document)}
    return [
        [
            promise["words"], promise["owner"], day(promise["due"]), labels.get(promise["metric"], promise["metric"] or ""),
            promise["expected"] or "", promise["verdict"] or "", promise["why"] or "",
        ]
        for promise in document["promises"]
    ]  # fmt: skip


def swot(document: Document) -> Iterator[tuple[str, list[str]]]:
    """The four lists that hold something, each with its name."""
    labels = {item["metric"]: item["label"] for _, item in metrics(document)}
    for name in SWOT:
        entries = (document["swot"] or {}).get(name) or []
        if entries:
            yield (
                name.capitalize(),
                [
                    " · ".join(part for part in (entry["words"], labels.get(entry["metric"], entry["metric"])) if part)
                    for entry in entries
                ],
            )


def number_format(printed: str, unit: str, *, is_scaled: bool) -> str:
    """The number format of a spreadsheet or chart in which the number reads as it is printed.

    Without `is_scaled` money and counts keep all their figures and thousands separators: "1.31 M" reads 1,310,931.
    """
    figures, _, suffix = printed.lstrip(MINUS).partition(NBSP)
    decimals = len(figures.partition(".")[2]) if figures[:1].isdigit() else 0
    zeros = "0." + "0" * decimals if decimals else "0"
    if unit in ("rate", "rate_bps"):
        shape = f"{zeros}{NBSP}%"
    elif unit in ("money", "count"):
        scale = POWERS.get(suffix, 0) if is_scaled else 0
        whole = "0.00" if unit == "money" else "0"
        shape = f"#,##{zeros if is_scaled or not suffix else whole}{',' * scale}" + (
            f'"{NBSP}{suffix}"' if scale else ""
        )
    elif unit == "days":
        shape = f'#,##{zeros}"{NBSP}{suffix or "days"}"'
    else:
        shape = zeros
    return f"{shape};{MINUS}{shape}"


def titles(texts: Sequence[str], longest: int = 31) -> list[str]:
    """A name for each sheet: no sign a spreadsheet forbids, at most 31 characters, no two alike."""
    taken: list[str] = []
    for text in texts:
        base = re.sub(r"[\[\]:*?/\\]", " ", text).strip(" '")[:longest].strip(" '") or "Sheet"
        base = f"{base} sheet" if base.lower() == "history" else base  # Excel keeps that name for itself
        name, count = base, 1
        while name.lower() in (one.lower() for one in taken):
            count += 1
            name = f"{base[: longest - len(str(count)) - 1]} {count}"
        taken.append(name)
    return taken
