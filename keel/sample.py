"""The sample company: three years of an invented ship chandler, seeded, with a truth to be found.

Every file is what a person would upload. The truth (which surprise passes on to what, and after how
many weeks) is planted in weekly targets; rows are then drawn so that the *measured* weekly series lie
close to them, because plain independent draws would bury a lead of this size under sampling noise.
What was planted, and the figures measured on it, is written down in data/SAMPLE.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from keel.sample_trade import (
    Customers,
    customers_csv,
    draw_customers,
    draw_orders,
)
from keel.sample_truth import (
    AS_OF,
    CES_TEXT,
    CHANGE_TEXT,
    COMPLAINT,
    CONTRACTORS,
    CSAT_TEXT,
    CUSTOMERS,
    DEPARTMENTS,
    ENGAGEMENT_TO_LEAVING,
    ENGAGEMENT_TO_NPS,
    ENPS_TEXT,
    FAMILY,
    GIVEN,
    ITEMS,
    KIND_SHARES,
    KINDS,
    MISSING_DAY,
    NEUTRAL,
    NPS,
    NPS_TEXT,
    PRAISE,
    PRICE_RISE,
    PULSE,
    PULSE_COMMENTS,
    RETURNING_CUSTOMER,
    ROLES,
    SITES,
    START,
    TROUBLE_WEEK,
    TROUBLED,
    TROUBLED_COMMENTS,
    WEEKS,
    WHY_TEXT,
    Array,
    Bools,
    Course,
    Rng,
    csv_of,
)
from keel.sample_truth import course as planted_course

__all__ = [
    "AS_OF",
    "CES_TEXT",
    "CSAT_TEXT",
    "ITEMS",
    "MISSING_DAY",
    "NPS_TEXT",
    "RETURNING_CUSTOMER",
    "ROLES",
    "SampleFile",
    "files",
]


@dataclass(frozen=True)
class SampleFile:
    """One file as a person would upload it: its name, kind, `--set` options and bytes (CSV, UTF-8)."""

    name: str
    kind: str
    options: dict[str, str] = field(hash=False)
    content: bytes = field(repr=False)


def files(seed: int = 20260927) -> list[SampleFile]:
    """The uploads of the sample company in the order of import; the same seed gives the same bytes."""
    # A stream of its own for each file, so that changing one leaves the others as they are.
    streams = [np.random.default_rng([seed, k]) for k in range(6)]
    course = planted_course(streams[0])
    customers = draw_customers(streams[1])
    staff = _staff(streams[2], course)
    rates = _rates()
    orders, late = draw_orders(streams[3], course, customers, rates)
    dollars = (("USD", on, rate) for on, rate in rates.items())
    return [
        SampleFile("rates.csv", "rates", {}, csv_of("Currency,Date,Rate", dollars)),
        SampleFile("customers.csv", "customers", {}, customers_csv(streams[1], customers)),
        SampleFile("employees.csv", "employees", {}, _employees_csv(staff)),
        SampleFile("orders.csv", "orders", {}, orders),
        SampleFile("late_orders.csv", "orders", {}, late),
        SampleFile("engagement.csv", "survey", {"survey": PULSE}, _pulse(streams[4], course, staff)),
        SampleFile("nps.csv", "survey", {"survey": NPS}, _nps(streams[5], course, customers)),
        SampleFile("targets.csv", "targets", {}, csv_of("Metric,Date,Value", TARGETS)),
        SampleFile("events.csv", "events", {}, csv_of("Metric,Date,Words", EVENTS)),
    ]


# --- small files -----------------------------------------------------------------------------------


def _rates() -> dict[date, float]:
    """EUR for one USD on the first of each month, from the month in which the data starts."""
    months = [date(2023 + (9 + k) // 12, (9 + k) % 12 + 1, 1) for k in range(36)]
    return {m: round(0.915 + 0.035 * float(np.sin(k / 5.0)), 4) for k, m in enumerate(months)}


TARGETS = (
    ("revenue", date(2023, 10, 1), 5_000_000),  # EUR a month
    ("revenue", date(2025, 1, 1), 5_300_000),
    ("gross_margin_rate", date(2023, 10, 1), 0.42),
    ("nps", date(2023, 10, 1), 40),
    ("engagement", date(2023, 10, 1), 0.75),
    ("voluntary_turnover", date(2023, 10, 1), 0.10),
)
EVENTS = (
    ("revenue", PRICE_RISE, "Price increase of 4 %"),
    ("revenue", date(2024, 9, 16), "New web shop opened"),
    ("nps", date(2025, 5, 12), "Support hours extended to 20:00"),
    ("engagement", date(2026, 3, 30), "Support: two teams merged, new rota"),
    ("voluntary_turnover", date(2026, 5, 4), "Exit interviews begin"),
)


# --- employees -------------------------------------------------------------------------------------


@dataclass
class Employee:
    """One employment. `mood` is the person's lasting attitude in standard deviations."""

    hired: date
    department: str
    site: str
    manager: str
    mood: float
    leads: bool = False  # managers stay, so that every team keeps its manager's name
    contractor: bool = False
    left: date | None = None
    kind: str | None = None
    regretted: str | None = None
    id: str = ""
    turn: int = 0  # 0..3: the week of four in which the person is asked

    def is_there(self, first: date, last: date) -> bool:
        """Employed from the first to the last of these days."""
        return self.hired <= first and (self.left is None or self.left >= last)


def _staff(rng: Rng, course: Course) -> list[Employee]:
    """Everybody employed on or after the start, in order of hiring."""
    managers = iter(rng.permutation([f"{g} {f}" for g in GIVEN[::-1] for f in FAMILY])[:25])
    # Leaving follows the surprises of engagement six weeks before: the hazard is multiplied by exp(-.35 s).
    # The first six weeks take the last ones, for there is nothing before them.
    hazard = np.exp(-0.35 * np.roll(course.surprise, ENGAGEMENT_TO_LEAVING))
    staff: list[Employee] = []
    for department, size in DEPARTMENTS.items():
        head = str(next(managers))
        names = {site: str(next(managers)) for site in SITES}
        team = [_hire(rng, START - timedelta(int(min(rng.exponential(2000), 9000)) + 3), department, names)
                for _ in range(size)]  # fmt: skip
        for k, site in enumerate(SITES):
            team[k].site, team[k].manager, team[k].leads = site, head, True
        _turn_over(rng, team, hazard, names)
        staff += team
    staff += _contractors(rng, [e for e in staff if e.leads])
    staff.sort(key=lambda e: (e.hired, e.department, e.site, e.mood))
    turns: dict[tuple[str, str], int] = {}
    for k, employee in enumerate(staff, start=1):
        # In turn within department and site, so that each week asks a like share of every group.
        group = (employee.department, employee.site)
        turns[group] = turns.get(group, 0) + 1
        employee.id, employee.turn = f"E{k:04d}", turns[group] % 4
    return staff


def _hire(rng: Rng, on: date, department: str, managers: dict[str, str]) -> Employee:
    """A new permanent employee, hired on that day or the working day before."""
    on -= timedelta(max(0, on.weekday() - 4))
    site = str(rng.choice(list(SITES), p=list(SITES.values())))
    return Employee(on, department, site, managers[site], float(rng.normal()))


def _turn_over(rng: Rng, team: list[Employee], hazard: Array, managers: dict[str, str]) -> None:
    """Lets members of one department leave and be replaced, half year by half year; adds to `team`."""
    department, size = team[0].department, len(team)
    vacancies: list[int] = []
    for half in range(6):
        weeks = np.arange(half * 26, half * 26 + 26)
        usual = round(0.09 * size)
        # Twice as many leave in the trouble; what is on top of the usual are resignations.
        extra = usual if department == TROUBLED and half == 5 else 0
        chosen = np.sort(rng.choice(weeks, usual + extra, p=hazard[weeks] / hazard[weeks].sum()))
        kinds = [KINDS[k] for k in rng.choice(6, usual, p=KIND_SHARES)] + ["resignation"] * extra
        for week, k in zip(chosen, rng.permutation(len(kinds)), strict=True):
            monday = START + timedelta(7 * int(week))
            for opened in [v for v in vacancies if v <= week]:
                team.append(_hire(rng, START + timedelta(7 * opened), department, managers))
                vacancies.remove(opened)
            _leave(rng, team, monday + timedelta(int(rng.choice((2, 3, 4, 4)))), kinds[k])
            vacancies.append(int(week) + int(rng.integers(1, 10)))
        vacancies += [int(weeks[-1])] * (rng.random() < size / 200)  # mild growth
    team += [_hire(rng, START + timedelta(7 * v), department, managers) for v in vacancies if v < WEEKS]


def _leave(rng: Rng, team: list[Employee], on: date, kind: str | None) -> None:
    """One of the team leaves: the unhappy and the new resign, the long-serving retire."""
    stay = [e for e in team if not e.leads and e.left is None and e.hired < on - timedelta(28)]
    years = np.array([(on - e.hired).days / 365.25 for e in stay])
    mood = np.array([e.mood for e in stay])
    pull = years**3 if kind == "retirement" else np.where(years < 1, 2.0, 1.0) * np.exp(-0.4 * mood)
    leaver = stay[rng.choice(len(stay), p=pull / pull.sum())]
    leaver.left, leaver.kind = on, kind
    shares = {"resignation": (0.42, 0.43, 0.15), None: (0, 0, 1)}.get(kind, (0.05, 0.75, 0.20))
    leaver.regretted = ("yes", "no", None)[rng.choice(3, p=shares)]


def _contractors(rng: Rng, managers: list[Employee]) -> list[Employee]:
    """Twelve seats that are always filled, each by one contract after the other."""
    found = []
    for seat in range(CONTRACTORS):
        like = managers[seat]  # the first three departments; the small ones have none
        on = START - timedelta(7 * int(rng.integers(2, 40)))
        while on < AS_OF:
            term = timedelta(7 * int(rng.integers(30, 75)) - 3)
            person = Employee(on, like.department, like.site, like.manager, float(rng.normal()), contractor=True)
            if (on + term) >= START:
                found.append(person)
            if on + term <= AS_OF:
                person.left, person.kind = on + term, "end of contract"
            on += term + timedelta(3)
    return found


def _employees_csv(staff: list[Employee]) -> bytes:
    """employees.csv, one row an employment."""
    header = "Employee ID,Hired on,Left on,Department,Site,Manager,Leaving kind,Regretted,Employment kind"
    return csv_of(header, (
        (e.id, e.hired, e.left, e.department, e.site, e.manager, e.kind, e.regretted,
         "contractor" if e.contractor else "permanent") for e in staff
    ))  # fmt: skip


# --- surveys ---------------------------------------------------------------------------------------


def _top(score: Array, count: float, among: Bools) -> Bools:
    """True for the `count` highest scores among the given ones; the shape of `score`."""
    ranked = np.argsort(np.where(among, -score, np.inf), axis=None, kind="stable")
    chosen = np.zeros(score.size, dtype=bool)
    chosen[ranked[: round(count)]] = True
    return chosen.reshape(score.shape) & among


def _pulse(rng: Rng, course: Course, staff: list[Employee]) -> bytes:
    """engagement.csv, one row an answer; the week's favourable share lies at its target."""
    asked = [e for e in staff if not e.contractor]
    ease = np.array([ease for _, _, ease in ITEMS.values()])
    turned = np.array([reverse for _, reverse, _ in ITEMS.values()])
    rows: list[Sequence[object]] = []
    for week in range(WEEKS):
        monday = START + timedelta(7 * week)
        there = [e for e in asked if e.turn == week % 4 and e.is_there(monday, monday + timedelta(4))]
        answering = rng.permutation(len(there))[: round(len(there) * rng.uniform(0.71, 0.84))]
        people = sorted((there[k] for k in answering), key=lambda e: e.id)
        n = len(people)
        troubled = np.array([e.department == TROUBLED for e in people]) & (week >= TROUBLE_WEEK)
        mood = np.array([e.mood for e in people]) + rng.normal(0, 0.5, n)
        score = 0.6 * mood[:, None] + ease + rng.normal(0, 0.9, (n, len(ITEMS)))
        given = rng.random(score.shape) > 0.012
        favourable = np.zeros(score.shape, dtype=bool)
        for group, fall in ((~troubled, 0.0), (troubled, 0.24)):
            among = given & group[:, None]
            favourable |= _top(score, among.sum() * (course.engagement[week] - fall), among)
        # The points are cut from the same score: 5 and 4 among the favourable, 3 down to 1 among the rest.
        low = np.select([score < -1.6, score < -0.8], [1, 2], 3)
        agreement = np.where(favourable, np.where(score > 0.7, 5, 4), low)
        answers = np.where(turned, 6 - agreement, agreement)
        lift = np.where(troubled, -2.0, 0.0) + 10 * (course.engagement[week] - 0.715)
        enps = np.clip(np.round(7.6 + 1.5 * mood + lift + rng.normal(0, 1.0, n)), 0, 10).astype(int)
        day = rng.choice(5, n, p=(0, 0.35, 0.35, 0.2, 0.1))
        luck = rng.random((n, 3))
        for k, e in enumerate(people):
            none = "N/A" if luck[k, 0] < 0.3 else None  # most leave blank what they do not answer
            items = [a if ok else none for a, ok in zip(answers[k].tolist(), given[k], strict=True)]
            said = TROUBLED_COMMENTS if troubled[k] else PULSE_COMMENTS
            comment = said[int(luck[k, 1] / 0.06 * len(said))] if luck[k, 1] < 0.06 else None
            rows.append((monday + timedelta(int(day[k])), e.id, e.department, e.site, len(there), *items,
                         int(enps[k]) if luck[k, 2] > 0.01 else None, comment))  # fmt: skip
    return csv_of(",".join(["Date,Respondent,Department,Site,Invited", *ITEMS, ENPS_TEXT, CHANGE_TEXT]), rows)


def _nps(rng: Rng, course: Course, customers: Customers) -> bytes:
    """nps.csv, one row an answer; the week's NPS lies at its target."""
    lasting = rng.normal(0, 0.8, CUSTOMERS)
    rows: list[Sequence[object]] = []
    for week in range(WEEKS):
        monday, invited = START + timedelta(7 * week), int(rng.integers(585, 616))
        n = round(invited * rng.uniform(0.45, 0.56))
        who = np.sort(rng.choice(np.flatnonzero(customers.buys[:, week]), n, replace=False))
        # What Support's people feel reaches the customers they serve as late as any surprise does.
        unhappy = customers.by_support[who] & (week >= TROUBLE_WEEK + ENGAGEMENT_TO_NPS)
        feeling = lasting[who] + rng.normal(0, 0.8, n)
        given = rng.random((n, 3)) > (0.004, 0.02, 0.02)
        score = np.where(feeling > -0.5, 8, 7)  # about the middle of the passives
        for group, fall in ((~unhappy, 0), (unhappy, 25)):
            nps, passive, among = course.nps[week] - fall, rng.normal(0.27, 0.01), group & given[:, 0]
            promoters = round(among.sum() * (1 - passive + nps / 100) / 2)
            # Detractors from the promoters, so that the difference is within one answer of the target.
            detractors = promoters - round(among.sum() * nps / 100)
            score[_top(feeling, promoters, among)] = 9
            score[_top(-feeling, detractors, among)] = 6
        score = np.where((score == 9) & (rng.random(n) < 0.45), 10, score)
        score = np.where(score == 6, 6 - np.minimum(rng.geometric(0.5, n) - 1, 6), score)
        csat = np.clip(np.round(1.2 + 0.36 * score + rng.normal(0, 0.6, n)), 1, 5)
        ces = np.clip(np.round(1.8 + 0.48 * score + rng.normal(0, 0.9, n)), 1, 7)
        days, luck = rng.integers(0, 5, n), rng.random(n) / 0.05
        answers = np.column_stack([score, csat, ces]).astype(int)
        for k, customer in enumerate(who.tolist()):
            said = PRAISE if score[k] >= 9 else COMPLAINT if score[k] <= 6 else NEUTRAL
            comment = said[int(luck[k] * len(said))] if luck[k] < 1 else None
            cells = [a if ok else None for a, ok in zip(answers[k].tolist(), given[k].tolist(), strict=True)]
            rows.append((monday + timedelta(int(days[k])), customers.ids[customer], invited, *cells, comment))
    return csv_of(",".join(["Date,Customer ID,Invited", NPS_TEXT, CSAT_TEXT, CES_TEXT, WHY_TEXT]), rows)
