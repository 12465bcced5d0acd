"""What is planted in the sample company: its calendar, its words, and its weekly targets with their leads."""

import csv
import io
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Rng = np.random.Generator

AS_OF = date(2026, 9, 27)
START = date(2023, 10, 2)
WEEKS = 156
DAYS = WEEKS * 7
LINES = 200_000  # in orders.csv and late_orders.csv together
CUSTOMERS = 3_000

ENGAGEMENT_TO_NPS = 8  # weeks
NPS_TO_REVENUE = 13  # weeks
ENGAGEMENT_TO_LEAVING = 6  # weeks
PASSED_ON = 0.39  # share of the surprises' variance that the lead explains; measured, about .35 are left

TROUBLED = "Support"
TROUBLE_WEEK = WEEKS - 26
LAST_HALF_YEAR = np.arange(WEEKS) >= TROUBLE_WEEK
MISSING_DAY = date(2026, 2, 11)  # a Wednesday without a single row
MISSING = (MISSING_DAY - START).days
PRICE_RISE = date(2025, 1, 6)
USD_CUSTOMER = "C0088"
DOLLARS = int(USD_CUSTOMER[1:]) - 1
RETURNING_CUSTOMER = "C0417"
AWAY = (53, 99)  # the weeks in which the returning customer buys nothing

LATE_ORDERS = 6  # of two lines each
RETURNS = 4_000  # 2 % of the lines
ADJUSTMENTS = 1_000  # 0.5 % of the lines

# The company's calendar: fixed days, and the days that move with Easter.
EASTERS = (date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5))
HOLIDAYS = [date(y, m, d) for y in range(2023, 2027) for m, d in ((1, 1), (5, 1), (12, 25), (12, 26))] + [
    easter + timedelta(k) for easter in EASTERS for k in (-2, 1, 39, 50)
]

DEPARTMENTS = {"Operations": 125, "Sales": 83, "Support": 80, "Product": 68, "Finance & People": 34}
SITES = {"Hamburg": 0.40, "Lyon": 0.25, "Porto": 0.20, "Turin": 0.15}
CONTRACTORS = 12
REGIONS = ("North", "South", "East", "West")
SEGMENTS = ("Enterprise", "Mid-market", "Small")
CHANNELS = ("Direct", "Web", "Partner")
KINDS = ("resignation", "retirement", "dismissal", "redundancy", "end of contract", None)  # None: unknown
KIND_SHARES = (0.66, 0.10, 0.08, 0.05, 0.05, 0.06)

PULSE, NPS = "Engagement pulse", "Customer NPS"
ITEMS = {
    "I know what is expected of me at work.": ("Clarity", False, 0.35),
    "My manager supports me when I need it.": ("Manager", False, 0.25),
    "I have opportunities to learn and grow here.": ("Growth", False, -0.25),
    "I receive recognition when I do good work.": ("Recognition", False, -0.45),
    "My workload keeps me from doing good work.": ("Workload", True, -0.35),
    "The people in my team help one another.": ("Team", False, 0.45),
    "I trust the decisions of our leadership.": ("Trust in leadership", False, -0.10),
    "I am proud to work here.": ("Pride", False, 0.10),
}  # text -> driver, reversed, how much easier than the average it is to agree with
ENPS_TEXT = "How likely are you to recommend us as a place to work? (0-10)"
CHANGE_TEXT = "What should we change first?"
NPS_TEXT = "How likely are you to recommend us to a colleague? (0-10)"
CSAT_TEXT = "How satisfied are you with our service? (1-5)"
CES_TEXT = "It was easy to get what I needed. (1-7)"
WHY_TEXT = "Why did you give this score?"

# survey -> question -> what it is, as the importer is told
ROLES: dict[str, dict[str, dict[str, str | bool]]] = {
    PULSE: {
        text: {"role": "engagement", "driver": driver} | ({"reversed": True} if turned else {})
        for text, (driver, turned, _) in ITEMS.items()
    }
    | {ENPS_TEXT: {"role": "enps"}, CHANGE_TEXT: {"kind": "text"}},
    NPS: {
        NPS_TEXT: {"role": "nps"},
        CSAT_TEXT: {"role": "csat"},
        CES_TEXT: {"role": "ces"},
        WHY_TEXT: {"kind": "text"},
    },
}


def listed(text: str) -> list[str]:
    """What stands between the semicolons."""
    return [" ".join(part.split()) for part in text.split(";")]


# product line -> share of the list price that is cost, products with their list prices in EUR
PRODUCTS = {
    "Rigging": (0.52, """
        Bow shackle 6.4; Dyneema line 4.9; Turnbuckle 28.5; Snap hook 7.8; Single block 31; Double block 47;
        Cleat 14.2; Winch handle 38; Mainsheet 62; Halyard 71"""),
    "Hull and deck": (0.59, """
        Antifouling 64; Fender 23.5; Teak oil 12.9; Deck paint 33; Mooring line 27.5; Anode 9.6; Bilge hose
        5.2; Hatch seal 11.4; Boat hook 19.8; Sealant 8.7"""),
    "Navigation": (0.63, """
        Handheld compass 44; Navigation light 36; Log book 13.5; Coastal chart 26; Antenna cable 6.9; VHF
        handset 88; Depth sensor 92; Barometer 57; LED bulb 10.5; Mount 17.9"""),
    "Safety": (0.57, """
        Life jacket 69; Flare 18.5; Fire blanket 24; First aid kit 41; Harness 76; Throw line 29.5; Whistle
        3.4; Extinguisher 49; Jackstay 34; Rescue light 15.6"""),
}  # fmt: skip
PRICED = [text.rsplit(" ", 1) for _, texts in PRODUCTS.values() for text in listed(texts)]
LISTED = np.array([float(price) for _, price in PRICED])
COST_SHARE = np.repeat([share for share, _ in PRODUCTS.values()], 10)

FIRST = listed("""
    Aldermoor; Birkvik; Calderon; Dunmere; Eastholm; Fairlead; Gullstrand; Harrowby; Inchkeith; Jansund;
    Kestrel; Lindhaven; Marsdal; Norwick; Ostervane; Pellworth; Quayside; Ravensund; Saltmarsh; Tarnholm;
    Ulverby; Vestergate; Westerlo; Yarrowby; Zeeland; Ashcombe; Brannock; Corviston; Delamere; Elverdam;
    Foxhaven; Grimsund; Hollandsby; Isenvik; Juniper; Kilmory; Lowestead; Mistral; Nordkapp; Oakhaven;
    Porthallow; Rosehaven; Skagen; Thornbay; Undermere; Varnholt; Windrush; Arkona; Bellmare; Castellano
""")
TRADE = listed("""
    Yachts; Boatyard; Marine; Shipping; Sailing School; Charter; Marina; Ferries; Chandlery; Fisheries;
    Offshore; Sails; Boat Builders; Harbour Services; Rowing Club; Towage; Dredging; Diving; Water Sports;
    Survey; Salvage; Pilots; Riggers; Coatings; Canal Tours; Trawlers; Workboats; Cruises; Moorings;
    Slipways; Brokers; Refit; Joinery; Electronics; Engines; Propellers; Lifeboats; Buoys; Anchors;
    Ropeworks
""")
FORMS = ("GmbH", "SA", "BV", "Ltd", "AB", "Srl", "Lda", "& Co")
ODD_NAMES = {"C0312": "Brûlerie Étoile, Père & Fils", "C1207": "Sørensen, Müller & Søn"}
GIVEN = listed("""
    Anna; Bram; Clara; Davide; Elin; Farid; Greta; Henrik; Ines; Jonas; Katja; Luca; Marta; Nils; Olga;
    Paulo
""")
FAMILY = listed("""
    Keller; Moreau; Lindqvist; Rossi; Okafor; Silva; Brandt; Novak; Haddad; Jansen; Costa; Weber; Dahl;
    Fontaine
""")

PULSE_COMMENTS = listed("""
    Fewer meetings, more time for the work.; Tell us earlier when plans change.; Better tools.; A clear path
    to the next role.; Say thank you more often.; More people on the early shift.; Let teams decide their
    own priorities.; Pay that keeps up with prices.; Nothing, I like it here.; Training that fits my job.;
    Quicker decisions from above.; Write to anna.keller@example.com, I explained it.
""")
TROUBLED_COMMENTS = listed("""
    Replace the colleagues who left.; The queue never gets shorter.; Nobody listens to the people on the
    phone.; Too many tickets, too few of us.; Stop changing the rota every week.
""")
PRAISE = listed("""
    Always on time.; Good advice, fair prices.; I reach a person at once.; The web shop is quick.
""")
COMPLAINT = listed("""
    Three days for an answer.; Wrong parts, twice.; Nobody calls back.; Prices went up again.
""")
NEUTRAL = listed("""
    Fine, nothing special.; Delivery could be faster.; Good range, slow website.
""")


@dataclass(frozen=True)
class Course:
    """The company's weekly targets, one value a week: shares as fractions, NPS in points, revenue in EUR."""

    engagement: Array
    surprise: Array  # of engagement, in standard deviations; decides who leaves six weeks later
    nps: Array
    revenue: Array


def _calendar_columns() -> Array:
    """Level, trend, two yearly waves, and the weeks of Christmas and New Year: (156, 8)."""
    t = np.arange(WEEKS)
    angles = [2 * np.pi * k * t / 52.18 for k in (1, 2)]
    waves = [wave(a) for a in angles for wave in (np.cos, np.sin)]
    feasts = [_weeks_with(month, day) for month, day in ((12, 25), (1, 1))]
    return np.column_stack([np.ones(WEEKS), t, *waves, *feasts]).astype(float)


def _weeks_with(month: int, day: int) -> Array:
    """1 in the weeks that hold the given day of the year, else 0: (156,)."""
    held = np.zeros(WEEKS)
    for year in range(2023, 2027):
        week = (date(year, month, day) - START).days // 7
        if 0 <= week < WEEKS:
            held[week] = 1
    return held


def _fresh(rng: Rng, *others: Array) -> Array:
    """White noise of standard deviation 1 that shares nothing with the calendar or the others: (156,)."""
    # Orthogonal in this very sample, and in its last half year by itself, so that neither the strength of a
    # lead nor what it is worth in a forecast of those weeks depends on the luck of a seed.
    known = np.column_stack([_calendar_columns(), LAST_HALF_YEAR, *others, *(x * LAST_HALF_YEAR for x in others)])
    noise = rng.normal(size=WEEKS)
    noise = noise - known @ np.linalg.lstsq(known, noise, rcond=None)[0]
    return np.round(noise / noise.std(), 9)  # the last bits of a fit differ from machine to machine


def _passed_on(rng: Rng, lead: Array, lag: int) -> Array:
    """Surprises of which PASSED_ON of the variance is the lead's, `lag` weeks before: (156,)."""
    carried = np.concatenate([rng.normal(size=lag), lead])[:WEEKS]
    return np.sqrt(PASSED_ON) * carried + np.sqrt(1 - PASSED_ON) * _fresh(rng, carried)


def _echo(surprise: Array, keep: float) -> Array:
    """Surprises that fade by `keep` a week (AR(1)): (156,)."""
    return np.array(list(itertools.accumulate(surprise, lambda level, new: keep * level + new)))


def course(rng: Rng) -> Course:
    """The weekly targets with the planted leads, before the trouble in Support."""
    t, year = np.arange(WEEKS), np.arange(WEEKS) / 52.18
    engaged = _fresh(rng)
    liked = _passed_on(rng, engaged, ENGAGEMENT_TO_NPS)
    bought = _passed_on(rng, liked, NPS_TO_REVENUE)
    wave = np.cos(2 * np.pi * (t - 9) / 52.18)  # highest at the start of December
    feasts = -0.45 * _weeks_with(12, 25) - 0.30 * _weeks_with(1, 1)
    level = 0.03 * (year - 1.5) + 0.08 * wave + 0.03 * np.cos(4 * np.pi * (t - 9) / 52.18) + feasts
    return Course(
        engagement=0.715 + 0.004 * year - 0.008 * wave + 0.030 * _echo(engaged, 0.3),
        surprise=engaged,
        nps=35 + year - 1.5 * wave + 5.5 * _echo(liked, 0.3),
        revenue=1_245_000 * np.exp(level + 0.055 * _echo(bought, 0.35)),
    )


def csv_of(header: str, rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV of the rows under a header; None is an empty cell, dates are ISO."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(itertools.chain([next(csv.reader([header]))], rows))
    return text.getvalue().encode()
