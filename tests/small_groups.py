"""A company with groups too small to be told, for the tests of what is hidden: its pulse and its roster."""

import random
from datetime import date, timedelta
from pathlib import Path

from keel import company, intake
from keel.settings import Settings
from keel.store import Store

TODAY = date(2026, 7, 6)
MONTHS = 6  # whole ones before TODAY
STAFF = {
    "Operations": 26, "Product": 18, "Sales": 15, "Support": 12, "Finance": 7, "People": 6, "Legal": 3, "Works council": 2,
}  # fmt: skip
SITES = ("Hamburg", "Lyon")
ITEMS = {
    "I know what is expected of me": "Clarity",
    "My manager cares about me": "Manager",
    "I learn and grow here": "Growth",
    "My workload is fair": "Workload",
    "I am proud to work here": "Pride",
    "Good work is noticed here": "Recognition",
    "I have the tools I need": "Tools",
}
RECOMMEND = "How likely are you to recommend us as a place to work?"
CHANGE = "What should we change first?"
EASIER = {"Support": -0.25, "Legal": 0.2, "Product": 0.1}  # how much likelier a favourable answer is there
SAID = (
    "Meetings start late", "More say in the {} plan", "Fewer tools would help {}", "The rota comes too late for {}",
    "Thank you for the new {} rooms", "Pay lags the market", "<b>Bold</b> ideas & {} first", "The canteen closes too early",
)  # fmt: skip


def people() -> list[tuple[str, str, str]]:
    """Everybody: id, department, site."""
    return [
        (f"{department[:2]}{number}", department, SITES[number % len(SITES)])
        for department, count in STAFF.items()
        for number in range(count)
    ]


def roster() -> bytes:
    """The employees as a CSV."""
    lines = ["Employee ID,Hire date,Leaving date,Leaving reason,Department,Site"]
    lines += [
        f"{one},2021-0{1 + number % 9}-01,,,{department},{site}"
        for number, (one, department, site) in enumerate(people())
    ]
    lines += [f"gone{number},2020-01-06,2025-0{1 + number}-15,resigned,Sales,Lyon" for number in range(6)]
    return ("\n".join(lines) + "\n").encode()


def pulse() -> bytes:
    """One answer of nearly everybody a month, over the months before TODAY, as a CSV."""
    luck = random.Random(11)
    lines = [",".join(f'"{cell}"' for cell in ("Date", "Respondent", "Department", "Site", *ITEMS, RECOMMEND, CHANGE))]
    for month in range(TODAY.month - MONTHS, TODAY.month):
        for number, (one, department, site) in enumerate(people()):
            if luck.random() > 0.86 or (department == "People" and month == 3):
                continue
            day = date(TODAY.year, month, 1) + timedelta(days=luck.randrange(24))
            share = 0.68 + EASIER.get(department, 0.0)
            scores = [luck.choice((4, 5)) if luck.random() < share else luck.choice((1, 2, 3)) for _ in ITEMS]
            said = luck.choice(SAID).format(f"{department} {number % 9} {month}") if luck.random() < 0.3 else ""
            cells = (day, one, department, site, *scores, min(10, max(0, round(luck.gauss(7.4, 2)))), said)
            lines.append(",".join(f'"{cell}"' for cell in cells))
    return ("\n".join(lines) + "\n").encode()


def make(path: Path, settings: Settings | None = None) -> None:
    """A store at that place that holds the company."""
    questions = {
        **{item: {"role": "engagement", "driver": driver} for item, driver in ITEMS.items()},
        RECOMMEND: {"role": "enps"},
    }
    with Store(path, settings or Settings()) as store:
        for content, name, kind in ((roster(), "staff.csv", "employees"), (pulse(), "pulse.csv", "survey")):
            said = {"kind": kind, "as_of": TODAY.isoformat()} | ({"questions": questions} if kind == "survey" else {})
            mapping = intake.with_options(said, {"survey": "Pulse"} if kind == "survey" else {})
            reading = company.preview(store, content, name=name, mapping=mapping, today=TODAY)
            company.take_in(store, reading, who="test")
