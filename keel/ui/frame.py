"""The frame above every page: the one store, the shared controls, what they say; asking and remembering answers."""

import gc
import getpass
import html
import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from keel import bearings, charts, company, customers, measure, wording
from keel.catalogue import Metric
from keel.errors import KeelError, PrivacyError
from keel.periods import GRAINS
from keel.store import Store

SPANS = {"6 months": 6, "12 months": 12, "24 months": 24, "All": 0}


ALL = "All"
CONTROLS = {"grain": "Week", "span": "12 months", "region": ALL, "segment": ALL}  # as they stand until somebody chooses
MOST_MADE = 500  # some 30 MiB of series, figures, bars and tables
SOON = 0.3  # seconds that are waited before progress is shown, and between two looks at it
GLANCE = 0.05  # seconds; Streamlit's browser side gathers what comes within 10 ms, and a frame takes 17
UNSEEN = 10.0  # seconds in which whoever started the server has come
GRAINS_WIDE = 300  # pixels that the four grains take: what stands beside them stays where it is while they load


_DOORS = {"": measure, "customers": customers, "bearings": bearings}

PAGE_NAMES = [
    "balance", "revenue", "customers", "engagement", "turnover", "satisfaction", "bearings", "review", "metric", "uploads", "definitions", "what_can_be_seen",
]  # fmt: skip
PAGES = Path(__file__).resolve().parent.parent.parent / "pages"


DIMENSION_LABELS = {"product_line": "Product line", "region": "Region", "segment": "Segment", "team": "Team"}


@dataclass(frozen=True)
class View:
    """What the shared controls say: grain, the span shown, filters; the same on every page, and in the URL."""

    grain: str
    months: int
    region: str | None
    segment: str | None

    def only(self, metric: Metric) -> dict[str, str]:
        """The filters that this metric can take."""
        chosen = {"region": self.region, "segment": self.segment}
        return {name: value for name, value in chosen.items() if value and name in metric.dimensions}

    def grain_of(self, metric: Metric) -> str:
        """The chosen grain, or the finest this metric is measured at; groups of people who answered: by month."""
        is_by_month = metric.finest == "month" or (metric.rule == "answers" and bool(self.only(metric)))
        return "month" if self.grain == "week" and is_by_month else self.grain


FIRST_VIEW = View(CONTROLS["grain"].lower(), SPANS[CONTROLS["span"]], None, None)

_framed = threading.local()
_is_seen = threading.Event()  # a page was drawn


class _Opening:
    """The store, opened in a thread of its own: after an update its answers are made anew first, and pages show how far that is."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.heard = 0.0, "Opening the store"
        self._store: Store | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        try:
            opened = company.open_store(progress=self._hear)
            if company.is_new(opened):
                company.load_sample(opened, self._hear)
            gc.collect()
            gc.freeze()  # what the imports made lives as long as the process: a full collection need not visit it
            self._store = opened
        except BaseException as error:
            self._error = error
        self.done.set()

    def _hear(self, share: float, words: str) -> None:
        self.heard = share, words

    @property
    def failed(self) -> bool:
        """Whether it could not be opened."""
        return self._error is not None

    def store(self) -> Store:
        """The store once it is open. Raises what opening it raised."""
        self.done.wait()
        if self._error is not None:
            raise self._error
        assert self._store is not None
        return self._store


@st.cache_resource(show_spinner=False)
def _opening() -> _Opening:
    return _Opening()


def stands() -> bool:
    """Wait until the store is open and the first page of this process stands, or nobody came for a while: what is worked out then
    slows nobody down. False where the store cannot be opened: who comes first is told why.
    """
    opening = _opening()
    opening.done.wait()
    _is_seen.wait(UNSEEN)
    return not opening.failed


def store() -> Store:
    """The one store of this process; on the very first start it holds the sample company."""
    opening = _opening()
    if not opening.done.wait(SOON):
        bar = st.progress(*opening.heard)
        while not opening.done.wait(SOON):
            bar.progress(*opening.heard)
        bar.empty()
    try:
        return opening.store()
    except BaseException:
        _opening.clear()  # whoever comes next tries again
        raise


# What is remembered goes by the repr of what was asked: Streamlit's own hash of it took longer than most answers.
@st.cache_data(show_spinner=False, max_entries=2000)
def _answer(version: str, name: str, asked: str, _parameters: Mapping[str, Any]) -> Any:
    module, _, function = name.rpartition(".")
    try:
        return getattr(_DOORS[module], function)(_opening().store(), **_parameters)
    except PrivacyError as refusal:  # remembered too: it is counted, and this is one view
        return refusal


def ask(name: str, **parameters: Any) -> Any:
    """The answer of keel.measure.<name>, remembered until the data changes; "customers.listed" is keel.customers'. Raises PrivacyError."""
    found = _answer(store().version, name, repr(parameters), parameters)
    if isinstance(found, PrivacyError):
        raise found
    return found


@st.cache_resource(show_spinner=False, max_entries=MOST_MADE)
def _made(version: str, asked: str, _make: Callable[[], Any]) -> Any:
    return _make()


def made(make: Callable[[], Any], *asked: Any) -> Any:
    """What is made of answers, such as a figure, remembered until the data changes: one object for everybody, which nobody may change.

    asked: what it is, and all that it depends on but the data, in values whose repr tells them apart. What `make` raises is not remembered.
    """
    return _made(store().version, repr(asked), make)


def known_metrics() -> Mapping[str, Metric]:
    """Every metric by id."""
    return measure.metrics(store())


def covered(metric: Metric) -> Any:
    """First and last day of the data behind a metric; None where there is none."""
    return measure.coverage(store(), metric)


_STYLE = f"""<style>
{(Path(__file__).parent / "style.css").read_text(encoding="utf-8")}
{charts.CSS}
</style>"""


# What Streamlit draws charts and tables with, in the files of the installed package; each carries a hash in its name.
_SCRIPTS = [
    found.name
    for name in ("PlotlyChart", "DataFrame")
    for found in (Path(st.__file__).parent / "static" / "static" / "js").glob(f"{name}.*.js")
]


@st.cache_resource(show_spinner=False)
def _browsers_part() -> Any:
    return st.components.v2.component("keel_frame", js=(Path(__file__).parent / "frame.js").read_text(encoding="utf-8"))


def frame() -> View:
    """Draw what stands above every page and return what its controls say."""
    st.html(_STYLE)
    opened = store()
    sources = ask("sources")
    newest = max((row["last_on"] for row in sources if row["last_on"]), default=None)
    with st.container(key="frame", horizontal=True, vertical_alignment="center", gap="medium"):
        name = opened.settings.company or ("Halyard & Co" if company.is_sample(opened) else "Your company")
        st.html(f'<div class="keel-company">{html.escape(name)}</div>', width="content")
        if newest:
            _freshness(sources, newest)
        view = _controls(newest is not None)
    with st.container(key="unseen"):
        _browsers_part()(key="frame-of-browser", data={"scripts": _SCRIPTS})
    if company.is_sample(opened):
        with st.container(key="ribbon", horizontal=True, vertical_alignment="center"):
            st.html("<span>This is a <b>sample company</b>, made up to try Keel on.</span>", width="content")
            if st.button("Start with your own data", key="own-data", type="tertiary"):
                opened.clear(imported_by=company.SAMPLE, who=who(), progress=st.progress(0.0, "Clearing").progress)
                st.switch_page(PAGES / "uploads.py")
    return view


def _freshness(sources: list[dict[str, Any]], newest: date) -> None:
    stale = [row for row in sources if row["stale"]]
    mark = f" · ▲ {wording.plural(len(stale), 'source')} behind" if stale else ""
    with st.popover(f"As of {wording.day_year(newest)}{mark}", type="tertiary", key="freshness"):
        for row in sources:
            behind = (newest - row["last_on"]).days if row["last_on"] else None
            late = f" — ▲ {behind} days behind the newest" if row["stale"] else ""
            st.markdown(
                f"**{source_label(row['source'])}** to {wording.day_year(row['last_on'])}{late}  \n"
                f":gray[from {wording.day_year(row['first_on'])} · {row['rows']:,} rows]"
            )


def _controls(has_data: bool) -> View:
    grain = st.segmented_control(
        "By", [name.capitalize() for name in GRAINS], default=CONTROLS["grain"], required=True, key="grain",
        label_visibility="collapsed", bind="query-params", persist_state="session", width=GRAINS_WIDE,
    )  # fmt: skip
    span = st.selectbox(
        "Show", list(SPANS), index=list(SPANS).index(CONTROLS["span"]), key="span", label_visibility="collapsed", width=130, bind="query-params",
        persist_state="session",
    )  # fmt: skip
    chosen = {}
    members = ask("members").get("revenue", {}) if has_data else {}
    for name, everything in (("region", "All regions"), ("segment", "All segments")):
        options = [ALL, *sorted(members.get(name, []), key=lambda member: member == measure.NO_MEMBER)]
        if len(options) > 2:
            words = {option: option for option in options} | {ALL: everything}
            picked = st.selectbox(
                DIMENSION_LABELS[name], options, key=name, label_visibility="collapsed", width=150, bind="query-params",
                format_func=words.__getitem__, persist_state="session",
            )  # fmt: skip
            chosen[name] = None if picked == ALL else picked
    return View(
        (grain or CONTROLS["grain"]).lower(),
        SPANS[span or CONTROLS["span"]],
        chosen.get("region"),
        chosen.get("segment"),
    )


def view() -> View:
    """What the shared controls say on this run (drawn by `frame`)."""
    shared: View = st.session_state["_view"]
    return shared


def navigation() -> Any:
    """The page the address names, one of those in pages/; Balance is home."""
    pages = [
        st.Page(PAGES / f"{name}.py", title=name.replace("_", " ").capitalize(), default=name == PAGE_NAMES[0])
        for name in PAGE_NAMES
    ]
    return st.navigation(pages, position="top")


def run(page: Any) -> None:
    """Draw the frame, then the page; whatever a person can mend shows as a sentence in a box."""
    _framed.now = True
    _framed.arrived = st.session_state.get("_page") != page.url_path
    st.session_state["_page"] = page.url_path
    st.session_state.setdefault("_first_page", page.url_path)
    try:
        st.session_state["_view"] = frame()
        page.run()
    except KeelError as error:
        st.error(plain(str(error)))
    finally:
        _framed.now = False
        _is_seen.set()


def glance() -> None:
    """Let what a page tells first be painted before charts and tables come: drawn with them it would show only when all of it does.

    Once a page, by who comes to it: who is there already sees it.
    """
    if getattr(_framed, "arrived", False):  # a fragment runs in a thread of its own
        _framed.arrived = False
        time.sleep(GLANCE)


def _require_frame() -> None:
    """Run again through dashboard.py when this page was started by itself.

    Streamlit takes any pages/ folder for its older kind of app until `st.navigation` has been called once in the
    process: the first visit after a start, if it is to a link such as /revenue, would show the page without its frame.
    """
    if not getattr(_framed, "now", False):
        navigation()
        st.rerun()


def who() -> str:
    """The person using this, as far as the machine knows."""
    return getpass.getuser()


def attempt(action: Callable[[], Any], done: str) -> Any:
    """Do something that may be refused; the refusal shows as its sentence."""
    try:
        result = action()
    except KeelError as error:
        st.error(plain(str(error)))
        return None
    st.toast(plain(done))
    return result


def blank(form: str) -> str:
    """The key of a form that a person has not sent yet: another one each time it was, so that it is empty and closed again."""
    return f"{form}-{st.session_state.get('_sent', {}).get(form, 0)}"


def sent(form: str) -> None:
    """Note that a form was taken; what was refused stays as it was typed."""
    times = st.session_state.setdefault("_sent", {})
    times[form] = times.get(form, 0) + 1


def keep(say: Callable[[str], int], form: str) -> None:
    """Keep what a form says once, however often the page runs; then show it. say: takes the form's token, by which it is known."""
    tokens = st.session_state.setdefault("_tokens", {})
    token = tokens.setdefault(form, uuid.uuid4().hex)
    if attempt(lambda: say(token), "It is kept.") is not None:
        del tokens[form]
        sent(form)
        st.rerun()


def here() -> dict[str, str]:
    """The shared controls as query parameters, so that a link keeps them."""
    state = {name: st.session_state.get(name) for name in CONTROLS}
    return {name: str(value) for name, value in state.items() if value and value != CONTROLS[name]}


def title(words: str, question: str) -> None:
    """The page's title and the question it answers; the first thing of a page.

    On a visitor's first page the style comes once more with it: in a busy browser Streamlit draws what came first last, and the page
    would stand unstyled. Later the style is there, and putting it anew would cost the browser a look at all that stands.
    """
    _require_frame()
    style = _STYLE if st.session_state["_page"] == st.session_state["_first_page"] else ""
    st.html(
        f'{style}<div class="keel-head"><h1 class="keel-title">{html.escape(words)}</h1><p class="keel-question">{html.escape(question)}</p></div>'
    )


def heading(words: str, note: str = "") -> None:
    """A heading inside a page, with what must be known to read what is below it."""
    extra = f'<span class="keel-note">{html.escape(note)}</span>' if note else ""
    st.html(f'<h2 class="keel-heading">{html.escape(words)}{extra}</h2>', width="content")


def plain(text: str) -> str:
    """Text that people uploaded, for a place that reads Markdown: shown as it is, never drawn, linked or fetched."""
    escaped = re.sub(r"([\\`*_{}\[\]()#+!|<>~$^-])", r"\\\1", text)
    for link, word in (("://", ":\u2060//"), ("www.", "www\u2060."), ("@", "\u2060@"), (":", "\\:")):
        escaped = escaped.replace(link, word)  # an address is found in the text itself, however it is escaped
    return escaped


def source_label(source: str) -> str:
    """A source as people call it."""
    source = source.removeprefix("measure ")
    return {"employees survey": "Employee surveys", "customers survey": "Customer surveys"}.get(
        source, source[:1].upper() + source[1:]
    )


def dimension_label(name: str) -> str:
    """A dimension as people call it."""
    return DIMENSION_LABELS.get(name, name.replace("_", " ").capitalize())


def theme() -> charts.Theme:
    """The colours of the theme the reader has chosen."""
    return charts.theme(st.context.theme.type or "light")
