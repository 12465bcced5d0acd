"""Engagement of a company with groups too small to be told: they are named as hidden, and none of their numbers is sent."""

import base64
import csv
import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, WebSocket, expect

from keel import measure
from keel.settings import Settings
from keel.store import Store
from keel.wording import NBSP, exact
from tests import small_groups
from tests.browser import serving
from tests.browser.conftest import STORE
from tests.browser.screen import PHONE, Screen, Visit

PARTS = ("Drivers", "Over time", "Who answered", "Comments")
RANGE = ("?span=All", "?span=6+months")
LONG = 8  # characters of a share as it is sent
PACKED = re.compile(rb'"bdata":\s*"([^"]+)"')


@dataclass(frozen=True)
class Served:
    """A dashboard of the company: its address, groups hidden in every driver, and in every month."""

    address: str
    hidden: tuple[str, ...]
    never: tuple[str, ...]


@pytest.fixture(scope="module")
def small(chromium: BrowserContext, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The dashboard of a company of which some groups may not be told."""
    path: Path = tmp_path_factory.mktemp("small") / STORE
    small_groups.make(path)
    with Store(path, Settings()) as store:
        first, last = measure.coverage(store, measure.metrics(store)["engagement"]) or (None, None)
        assert first is not None
        assert last is not None
        drivers = measure.drivers(store, start=first, end=last)
        months = measure.series(store, "engagement", grain="month", by=["department"]).frame
    hidden, never = (
        frame.groupby(name)["hidden"].all() for frame, name in ((drivers, "member"), (months, "department"))
    )
    assert set(never[never].index) <= set(hidden[hidden].index)
    with serving.dashboard(path) as address:
        yield Served(address, tuple(hidden[hidden].index), tuple(never[never].index))


@dataclass
class Wire:
    """All that the server sent to a screen."""

    screen: Screen
    frames: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.screen.page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda sent: self.frames.append(sent if isinstance(sent, bytes) else sent.encode()))

    def sent(self) -> bytes:
        """The frames, and what is packed in them, opened."""
        raw = b"\n".join(self.frames)
        return b"\n".join([raw, *(base64.b64decode(packed) for packed in PACKED.findall(raw))])


def shares(groups: tuple[str, ...]) -> set[float]:
    """Every favourable share of these groups as the uploaded file has it: by group, item or all, month or all."""
    rows = list(csv.DictReader(io.StringIO(small_groups.pulse().decode())))
    found = set()
    for group in groups:
        for item in ((name,) for name in small_groups.ITEMS):
            found |= _shares(rows, (group,), item)
        found |= _shares(rows, (group,), tuple(small_groups.ITEMS))
    return found | _shares(rows, groups, tuple(small_groups.ITEMS))


def _shares(rows: list[dict[str, str]], groups: tuple[str, ...], items: tuple[str, ...]) -> set[float]:
    found = set()
    for month in {"", *(row["Date"][:7] for row in rows)}:
        scores = [
            int(row[i]) for row in rows if row["Department"] in groups and row["Date"].startswith(month) for i in items
        ]
        if scores:
            found.add(sum(score >= 4 for score in scores) / len(scores))
    return found


def told(small: Served) -> set[float]:
    """Every share that may be told, of any group and the company, which a hidden one may happen to equal."""
    rows = list(csv.DictReader(io.StringIO(small_groups.pulse().decode())))
    others = tuple(set(small_groups.STAFF) - set(small.never))
    found = shares(others) | {0.0, 0.5, 1.0}
    everybody = tuple(small_groups.STAFF)
    for items in (*((item,) for item in small_groups.ITEMS), tuple(small_groups.ITEMS)):
        found |= _shares(rows, everybody, items)
    return found


def test_no_number_of_a_hidden_group_is_sent_to_the_browser(small: Served, visit: Visit):
    assert {"Legal", "Works council"} <= set(small.never), "the company should have groups that are never told"
    screen = visit(small.address)
    wire = Wire(screen)
    for span in RANGE:
        screen.open(f"/engagement{span}", wait=60_000)
        for part in PARTS:
            screen.press("part", part)
            screen.fine()
    screen.open("/metric?metric=engagement")
    screen.open("/metric?metric=enps")
    screen.open("/review?item=engagement", wait=60_000)
    sent = wire.sent()

    for name in small.never:
        assert name.encode() in sent  # it is named
        assert not re.search(rf"{name}[^<\"\n]{{0,60}}?\d[\d.]*(?: |{NBSP})?%".encode(), sent), name
    # a share such as 8/9 is sent for many a reason, participation for one; 123/154 is nobody else's
    most = max(small_groups.STAFF.values())
    secret = {s for s in shares(small.never) - told(small) if Fraction(s).limit_denominator(9999).denominator > most}
    assert len(secret) >= 3
    for share in secret:
        forms = [repr(share)[:LONG], exact(share, "rate")]
        found = [form for form in forms if re.search(rf"(?<![\d.]){re.escape(form)}".encode(), sent)]
        assert [] == found, share
        assert struct.pack("<d", share) not in sent, share
    may_be_told = [share for share in told(small) if len(repr(share)) > LONG]
    assert any(repr(share)[:LONG].encode() in sent or struct.pack("<d", share) in sent for share in may_be_told)


def test_a_hidden_cell_has_its_own_ground_its_word_and_its_reason(small: Served, visit: Visit):
    screen = visit(small.address).open("/engagement", wait=60_000)

    for name in small.hidden:
        row = screen.page.locator(".keel-heat tbody tr").filter(has=screen.page.get_by_role("rowheader", name=name))
        expect(row.locator("td")).to_have_text(["hidden"])
        cell = row.locator("td")
        assert "repeating-linear-gradient" in cell.evaluate("cell => getComputedStyle(cell).backgroundImage")
        why = cell.get_attribute("title") or ""
        assert "the nearest group that can be shown is" in why
        assert not re.search(r"\d", why)
    reasons = screen.text(".st-key-box-heat .keel-reasons")
    assert all(name in reasons for name in small.hidden)
    screen.fine()


def test_the_table_is_read_by_the_keyboard_a_row_at_a_time(small: Served, visit: Visit):
    screen = visit(small.address).open("/engagement", wait=60_000)
    row = screen.page.locator(".keel-heat tbody tr").nth(1)
    details = row.locator("small").first
    expect(details).to_be_hidden()

    screen.tab_to(row)

    expect(details).to_be_visible()
    expect(details).to_contain_text("n")


def test_the_dimension_is_kept_in_the_address(small: Served, visit: Visit):
    screen = visit(small.address).open("/engagement?part=Over+time", wait=60_000)
    expect(screen.page.locator(".keel-line").filter(has_text="Operations")).to_have_count(1)

    screen.choose("choose-group", "Site")

    expect(screen.page.locator(".keel-line").filter(has_text="Operations")).to_have_count(0)
    assert {"group": ["site"], "part": ["Over time"]}.items() <= screen.asked().items()
    screen.page.reload()
    expect(screen.widget("choose-group").locator("input")).to_have_value("Site")
    screen.settle().fine()


def test_comments_are_inert_text_and_the_search_is_kept_in_the_address(small: Served, visit: Visit):
    screen = visit(small.address).open("/engagement?part=Comments", wait=60_000)
    said = screen.page.locator(".keel-said li")
    everything = said.count()
    expect(said.filter(has_text="<b>Bold</b> ideas &").first).to_be_visible()
    expect(screen.page.locator(".keel-said b")).to_have_count(0)

    box = screen.widget("said").locator("input")
    box.fill("Canteen")
    box.press("Enter")
    expect(screen.page.locator(".keel-said mark").first).to_have_text("canteen")

    found = screen.settle().page.locator(".keel-said li").count()
    assert 0 < found < everything
    assert ["Canteen"] == screen.asked()["said"]
    screen.page.reload()
    expect(screen.page.locator(".keel-said li")).to_have_count(found)
    box.fill("zebra")
    box.press("Enter")
    expect(screen.page.locator(".st-key-box-comments")).to_contain_text("No comment here holds “zebra”")
    screen.settle().fine()


def test_the_sample_without_comments_says_the_rule(sample: str, visit: Visit):
    screen = visit(sample).open("/engagement?part=Comments&span=6+months")
    box = screen.page.locator(".st-key-box-comments")
    if screen.page.locator(".keel-said").count() == 0:
        expect(box).to_contain_text("at least 10 people answered and at least 3 of them wrote one")
    screen.fine()


@pytest.mark.parametrize("path", ["/engagement", "/turnover", "/metric?metric=engagement", "/metric?metric=turnover"])
def test_what_can_be_seen_is_one_step_away(sample: str, visit: Visit, path: str):
    screen = visit(sample).open(path)

    screen.page.locator(".st-key-seen a").press("Enter")

    expect(screen.page.locator(".keel-title")).to_have_text("What can be seen")
    screen.settle().fine()


@pytest.mark.parametrize("part", PARTS)
def test_on_a_phone_nothing_is_wider_than_the_screen(small: Served, visit: Visit, part: str):
    screen = visit(small.address, size=PHONE, theme="dark")

    screen.open(f"/engagement?part={part.replace(' ', '+')}", wait=60_000).fine()

    if part == "Drivers":
        expect(screen.page.locator(".keel-heat-of").first).to_be_visible()  # each cell names its driver
