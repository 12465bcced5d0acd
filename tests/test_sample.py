"""The sample company holds what data/SAMPLE.md says of it: everything here is worked out from the rows."""

import io
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from keel import sample

START = pd.Timestamp(2023, 10, 2)
END = pd.Timestamp(2026, 9, 27)
WEEKS = 156
Frames = dict[str, pd.DataFrame]
TOLD = (Path(__file__).parent.parent / "data" / "SAMPLE.md").read_text(encoding="utf-8")
HALF = WEEKS - 26  # the first week of the last half year

# --- METHODS B, written again here: the lead test, window 1 ------------------------------------------


def calendar() -> np.ndarray:
    """Level, trend, Fourier K = 2, the weeks of Christmas and New Year: (156, 8)."""
    t = np.arange(WEEKS)
    waves = [f(2 * np.pi * k * t / 52.18) for k in (1, 2) for f in (np.cos, np.sin)]
    mondays = [START.date() + timedelta(7 * w) for w in range(WEEKS)]
    feasts = [
        [float(any((m + timedelta(d)).timetuple()[1:3] == feast for d in range(7))) for m in mondays]
        for feast in ((12, 25), (1, 1))
    ]
    return np.column_stack([np.ones(WEEKS), t, *waves, *feasts])


def without(design: np.ndarray, series: np.ndarray) -> np.ndarray:
    return series - design @ np.linalg.lstsq(design, series, rcond=None)[0]


def lagged(series: np.ndarray, p: int, first: int) -> np.ndarray:
    return np.column_stack([series[first - k : len(series) - k] for k in range(1, p + 1)])


def innovations(series: np.ndarray) -> np.ndarray:
    """Steps 2 and 3: what the calendar and the series' own past leave; NaN in the first p weeks: (156,)."""
    design = calendar()
    residual = without(design, series)

    def aic(p: int) -> float:  # on the same weeks for every p
        rest = without(lagged(residual, p, 6), residual[6:])
        return float(len(rest) * np.log(rest @ rest / len(rest)) + 2 * p)

    p = min(range(1, 7), key=aic)
    rest = without(lagged(residual, p, p), residual[p:])
    middle = np.median(rest)
    reach = 3 * 1.4826 * np.median(np.abs(rest - middle))
    rest = without(design[p:], np.clip(rest, middle - reach, middle + reach))
    return np.concatenate([np.full(p, np.nan), rest])


def scan(lead: np.ndarray, lag: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """z and R² at lags 1..26, and p by 999 sign flips, of the innovations of two weekly series."""
    u, v = innovations(lead), innovations(lag)
    own = int(np.isnan(v).sum())
    signs = np.random.default_rng(1).choice((-1.0, 1.0), (999, WEEKS))
    z, r2, flipped = [], [], []
    for k in range(1, 27):
        c, w = u[:-k], v[k:]
        used = ~np.isnan(c) & ~np.isnan(w)
        c, w = c[used] - c[used].mean(), w[used]
        m = int(used.sum())
        scale = np.sqrt((m - calendar().shape[1] - own) / m) / np.sqrt((c * c) @ (w * w))
        z.append((c @ w) * scale)
        flipped.append(np.abs(signs[:, k:][:, used] @ (c * w)) * scale)
        r2.append(np.corrcoef(c, w)[0, 1] ** 2)
    p = (1 + (np.max(flipped, axis=0) >= np.max(np.abs(z))).sum()) / 1000
    return np.array(z), np.array(r2), float(p)


# --- the files, and the weekly series measured on them -----------------------------------------------


def read(files: list[sample.SampleFile]) -> Frames:
    return {f.name.removesuffix(".csv"): pd.read_csv(io.BytesIO(f.content)) for f in files}


def week_of(dates: pd.Series) -> pd.Series:
    return (pd.to_datetime(dates) - START).dt.days // 7


def lines_in_eur(frames: Frames) -> pd.DataFrame:
    """All order lines with week, amount and margin in EUR."""
    lines = pd.concat([frames["orders"], frames["late_orders"]], ignore_index=True)
    lines["day"] = pd.to_datetime(lines["Order date"])
    rates = frames["rates"].assign(on=pd.to_datetime(frames["rates"]["Date"])).sort_values("on")
    place = np.searchsorted(rates["on"].to_numpy(), lines["day"].to_numpy(), side="right") - 1
    rate = np.where(lines["Currency"] == "USD", rates["Rate"].to_numpy()[place], 1.0)
    lines["amount"] = lines["Quantity"] * lines["Unit price"] * rate
    lines["margin"] = lines["amount"] - lines["Cost"] * rate
    return lines.assign(week=week_of(lines["Order date"]))


def favourable(pulse: pd.DataFrame) -> pd.DataFrame:
    """1 for a favourable answer, 0 for another, NaN for none; one column an item."""
    return pd.DataFrame({
        text: (6 - a if role.get("reversed") else a).ge(4).where(a.notna()).astype(float)
        for text, role in sample.ROLES["Engagement pulse"].items()
        if role.get("role") == "engagement"
        for a in [pd.to_numeric(pulse[text], errors="coerce")]
    })  # fmt: skip


def share_by(pulse: pd.DataFrame, by: pd.Series) -> np.ndarray:
    answers = favourable(pulse)
    return (answers.sum(axis=1).groupby(by).sum() / answers.notna().sum(axis=1).groupby(by).sum()).to_numpy()


def nps_of(answers: pd.Series) -> float:
    given = answers.dropna()
    return float(100 * ((given >= 9).mean() - (given <= 6).mean()))


def weekly(frames: Frames) -> dict[str, np.ndarray]:
    """Engagement (share), NPS (points), revenue (log EUR): 156 weeks each."""
    nps = frames["nps"]
    return {
        "engagement": share_by(frames["engagement"], week_of(frames["engagement"]["Date"])),
        "nps": nps.groupby(week_of(nps["Date"]))[sample.NPS_TEXT].apply(nps_of).to_numpy(),
        "revenue": np.log(lines_in_eur(frames).groupby("week")["amount"].sum().to_numpy()),
    }


@pytest.fixture(scope="module")
def files() -> list[sample.SampleFile]:
    return sample.files()


@pytest.fixture(scope="module")
def frames(files: list[sample.SampleFile]) -> Frames:
    return read(files)


@pytest.fixture(scope="module")
def lines(frames: Frames) -> pd.DataFrame:
    return lines_in_eur(frames)


@pytest.fixture(scope="module")
def series(frames: Frames) -> dict[str, np.ndarray]:
    return weekly(frames)


# --- the files -------------------------------------------------------------------------------------


def test_the_files_come_in_the_order_of_import(files):
    assert [(f.name, f.kind) for f in files] == [
        ("rates.csv", "rates"),
        ("customers.csv", "customers"),
        ("employees.csv", "employees"),
        ("orders.csv", "orders"),
        ("late_orders.csv", "orders"),
        ("engagement.csv", "survey"),
        ("nps.csv", "survey"),
        ("targets.csv", "targets"),
        ("events.csv", "events"),
    ]
    surveys = {f.name: f.options for f in files if f.options}
    assert surveys == {
        "engagement.csv": {"survey": "Engagement pulse"},
        "nps.csv": {"survey": "Customer NPS"},
    }


LINES = "Order date,Order ID,Line,Customer ID,Product,Product line,Channel,Quantity,Unit price,Cost,Currency"
HEADERS = {
    "rates": "Currency,Date,Rate",
    "customers": "Customer ID,Name,Segment,Region,Account owner,Team,Decision makers,Notes",
    "employees": "Employee ID,Hired on,Left on,Department,Site,Manager,Leaving kind,Regretted,Employment kind",
    "orders": LINES,
    "late_orders": LINES,
    "targets": "Metric,Date,Value",
    "events": "Metric,Date,Words",
}


@pytest.mark.parametrize("name", HEADERS)
def test_headers_are_the_promised_ones(frames, name):
    assert HEADERS[name].split(",") == list(frames[name].columns)


def test_every_question_with_a_role_is_a_column_of_its_survey(frames):
    for name, survey in (("engagement", "Engagement pulse"), ("nps", "Customer NPS")):
        assert set(sample.ROLES[survey]) <= set(frames[name].columns)
    items = [r for r in sample.ROLES["Engagement pulse"].values() if r.get("role") == "engagement"]
    assert len({r["driver"] for r in items}) == 8
    assert [r["driver"] for r in items if r.get("reversed")] == ["Workload"]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(files):
    assert [f.content for f in files] == [f.content for f in sample.files(20260927)]
    assert files[3].content != sample.files(7)[3].content


def test_nothing_is_dated_after_the_as_of_date(frames):
    assert END.date() == sample.AS_OF
    columns = {"orders": "Order date", "late_orders": "Order date", "employees": "Left on"}
    for name, frame in frames.items():
        if name not in ("customers", "targets"):
            assert pd.to_datetime(frame[columns.get(name, "Date")]).max() <= END


# --- orders and customers ----------------------------------------------------------------------------


def test_there_are_200_000_order_lines_and_no_line_comes_twice(lines):
    assert len(lines) == 200_000
    assert not lines.duplicated(["Order ID", "Line"]).any()
    assert lines.groupby("Order ID")["Order date"].nunique().max() == 1
    assert lines.groupby("Order ID")["Customer ID"].nunique().max() == 1
    assert tuple(lines[c].nunique() for c in ("Product", "Product line", "Channel")) == (40, 4, 3)


def test_there_are_3_000_customers_with_a_name_each(frames, lines):
    customers = frames["customers"]
    assert 3_000 == customers["Customer ID"].nunique() == customers["Name"].nunique() == len(customers)
    assert tuple(customers[c].nunique() for c in ("Segment", "Region", "Team")) == (3, 4, 8)
    assert set(lines["Customer ID"].dropna()) <= set(customers["Customer ID"])
    odd = customers[customers["Name"].str.contains(",") & ~customers["Name"].map(str.isascii)]
    assert odd["Customer ID"].tolist() == ["C0312", "C1207"]
    assert all(name in TOLD for name in odd["Name"])


def test_prices_have_at_most_two_decimals(lines):
    for column in ("Unit price", "Cost"):
        cents = lines[column] * 100
        assert (cents - cents.round()).abs().max() < 1e-4


def test_revenue_margin_and_returns_are_of_the_promised_size(lines):
    revenue = lines.groupby("week")["amount"].sum()
    assert pytest.approx(revenue.mean(), rel=0.03) == 1_200_000
    assert pytest.approx(lines["margin"].sum() / lines["amount"].sum(), abs=0.015) == 0.40
    returns = lines[(lines["Quantity"] < 0) & lines["Customer ID"].notna()]
    assert pytest.approx(len(returns) / len(lines), abs=0.001) == 0.02
    assert returns["Order ID"].str.startswith("CN-").all()
    adjustments = lines[lines["Customer ID"].isna()]
    assert pytest.approx(len(adjustments) / len(lines), abs=0.0005) == 0.005


def test_one_working_day_has_no_rows_at_all_and_is_named(lines):
    empty = pd.date_range(START, END).difference(lines["day"].unique())
    assert [pd.Timestamp(sample.MISSING_DAY)] == list(empty)
    assert empty[0].day_of_week < 5
    assert END - pd.DateOffset(months=12) < empty[0]
    assert f"{sample.MISSING_DAY:%Y-%m-%d}" in TOLD


def test_weekends_are_low_holidays_quiet_and_christmas_is_seen(lines):
    by_day = lines.groupby("day")["amount"].sum().reindex(pd.date_range(START, END), fill_value=0)
    working = by_day[by_day.index.day_of_week < 5]
    assert by_day[by_day.index.day_of_week >= 5].mean() < 0.3 * working.mean()
    feasts = [d for d in working.index if (d.month, d.day) in ((12, 25), (12, 26), (1, 1), (5, 1))]
    assert working[feasts].mean() < 0.1 * working.mean()
    by_week = lines.groupby("week")["amount"].sum()
    assert (by_week[[12, 64, 116]].to_numpy() < 0.8 * by_week[[10, 62, 114]].to_numpy()).all()


def test_the_late_orders_are_few_old_and_not_in_the_first_file(frames):
    late = frames["late_orders"]
    assert len(late) == 12
    ids = set(late["Order ID"])
    assert not ids & set(frames["orders"]["Order ID"])
    assert all(order in TOLD for order in ids)
    age = (END - pd.to_datetime(late["Order date"])).dt.days
    assert age.between(28, 63).all()


def test_one_customer_buys_in_dollars_and_nobody_else_does(frames, lines):
    assert lines.loc[lines["Currency"] != "EUR", "Customer ID"].unique().tolist() == ["C0088"]
    assert {"USD"} == set(lines.loc[lines["Customer ID"] == "C0088", "Currency"])
    assert frames["rates"]["Date"].min() <= lines["Order date"].min()
    assert len(frames["rates"]) == 36


def test_one_customer_stopped_and_returned_after_more_than_six_months(lines):
    own = lines[(lines["Customer ID"] == sample.RETURNING_CUSTOMER) & (lines["Quantity"] > 0)]
    days = own["day"].drop_duplicates().sort_values()
    gap = days.diff().max()
    back = days[days.diff() == gap].iloc[0]
    assert gap > pd.Timedelta(days=184)
    assert days[days < back].size > 10
    assert days[days > back].size > 10
    assert f"{back - gap:%Y-%m-%d} and {back:%Y-%m-%d}" in TOLD


def test_between_a_fifth_and_a_quarter_of_the_customers_make_80_percent_of_the_margin(lines):
    year = lines[lines["day"] > END - pd.DateOffset(months=12)]
    margin = year.groupby("Customer ID")["margin"].sum().sort_values(ascending=False)
    k = int(np.searchsorted(margin.cumsum(), 0.8 * margin[margin > 0].sum())) + 1
    assert 0.20 <= k / len(margin) <= 0.25
    assert f"{k} of {len(margin):,}" in TOLD


def test_exactly_the_named_customers_cost_money(lines):
    margin = lines.groupby("Customer ID")["margin"].sum()
    losing = margin.index[margin < 0].tolist()
    assert len(losing) == 24
    assert ", ".join(losing) in " ".join(TOLD.split())


# --- people ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def staff(frames) -> pd.DataFrame:
    people = frames["employees"]
    return people.assign(hired=pd.to_datetime(people["Hired on"]), left=pd.to_datetime(people["Left on"]))


def headcount(people: pd.DataFrame, on: pd.Timestamp) -> int:
    return int(((people["hired"] <= on) & ~(people["left"] <= on)).sum())


def sundays(first: int, last: int) -> list[pd.Timestamp]:
    return [START + pd.Timedelta(days=7 * w + 6) for w in range(first, last)]


def test_about_400_people_are_employed_at_any_time(staff):
    counts = [headcount(staff, day) for day in sundays(0, WEEKS)]
    assert 385 <= min(counts) <= max(counts) <= 415
    assert staff["Employee ID"].is_unique
    assert (staff["Department"].nunique(), staff["Site"].nunique()) == (5, 4)
    assert headcount(staff[staff["Employment kind"] == "contractor"], END) == 12


def test_nobody_leaves_before_being_hired_or_before_the_data_starts(staff):
    gone = staff.dropna(subset="left")
    assert (gone["left"] > gone["hired"]).all()
    assert gone["left"].min() >= START
    assert staff["hired"].min() < pd.Timestamp(2005, 1, 1)
    assert staff.loc[staff["left"].isna(), "Leaving kind"].isna().all()
    kinds = {"resignation", "retirement", "dismissal", "end of contract", "redundancy"}
    assert kinds == set(gone["Leaving kind"].dropna())
    assert gone["Leaving kind"].isna().any()
    assert {"yes", "no"} == set(gone["Regretted"].dropna())


@pytest.mark.parametrize("year", [0, 1, 2])
def test_voluntary_turnover_is_ten_to_fourteen_percent_a_year(staff, year):
    own = staff[staff["Employment kind"] == "permanent"]
    mean = np.mean([headcount(own, day) for day in sundays(52 * year, 52 * year + 52)])
    week = (own["left"] - START).dt.days // 7
    left = week.between(52 * year, 52 * year + 51) & (own["Leaving kind"] == "resignation")
    assert 0.10 <= left.sum() / mean <= 0.14
    assert f"{left.sum() / mean:.1%}".replace("%", " %") in TOLD


# --- surveys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "low", "high", "least", "most"),
    [("engagement", 0.70, 0.85, 60, 90), ("nps", 0.44, 0.57, 250, 350)],
)
def test_the_number_invited_is_constant_in_a_week_and_most_answer(frames, name, low, high, least, most):
    weeks = frames[name].groupby(week_of(frames[name]["Date"]))["Invited"]
    assert list(range(WEEKS)) == list(weeks.groups)
    assert weeks.nunique().max() == 1
    assert weeks.size().between(least, most).all()
    assert (weeks.size() / weeks.first()).between(low, high).all()


def test_a_quarter_of_the_staff_is_asked_each_week_and_nobody_twice_in_four(frames, staff):
    pulse = frames["engagement"].assign(week=week_of(frames["engagement"]["Date"]))
    assert set(pulse["Respondent"]) <= set(staff["Employee ID"])
    assert pulse.sort_values("week").groupby("Respondent")["week"].diff().min() >= 4
    both = pulse.merge(staff, left_on="Respondent", right_on="Employee ID")
    day = pd.to_datetime(both["Date"])
    assert ((both["hired"] <= day) & ~(both["left"] < day)).all()
    assert (both["Department_x"] == both["Department_y"]).all()


def test_answers_are_on_their_scales_and_a_few_are_missing(frames, files):
    written = pd.read_csv(io.BytesIO(files[5].content), dtype=str, keep_default_na=False)[list(sample.ITEMS)]
    assert {"1", "2", "3", "4", "5", "N/A", ""} == set(written.to_numpy().ravel())
    assert 0.005 < written.isin(["N/A", ""]).to_numpy().mean() < 0.02
    nps = frames["nps"]
    for text, low, high in ((sample.NPS_TEXT, 0, 10), (sample.CSAT_TEXT, 1, 5), (sample.CES_TEXT, 1, 7)):
        assert nps[text].dropna().between(low, high).all()
        assert (nps[text].min(), nps[text].max()) == (low, high)
        assert 0 < nps[text].isna().mean() < 0.03
    assert not nps.duplicated(["Date", "Customer ID"]).any()


def test_engagement_and_nps_are_of_the_promised_size(series):
    assert pytest.approx(series["engagement"].mean(), abs=0.02) == 0.70
    assert 30 <= series["nps"].mean() <= 40


# --- the planted truth -------------------------------------------------------------------------------


@pytest.mark.parametrize(("lead", "lag", "weeks"), [("engagement", "nps", 8), ("nps", "revenue", 13)])
def test_a_planted_lead_is_found_at_its_lag_and_as_strong_as_said(series, lead, lag, weeks):
    z, r2, p = scan(series[lead], series[lag])
    assert weeks == np.argmax(np.abs(z)) + 1
    assert 0.30 <= r2[weeks - 1] <= 0.42
    assert z[weeks - 1] > 0
    assert p < 0.005
    assert f"R² {r2[weeks - 1]:.2f} at lag {weeks}" in TOLD


def test_the_lead_on_revenue_is_found_with_the_week_of_the_missing_day_interpolated(series):
    revenue = series["revenue"].copy()
    hole = (pd.Timestamp(sample.MISSING_DAY) - START).days // 7
    revenue[hole] = (revenue[hole - 1] + revenue[hole + 1]) / 2
    z, r2, p = scan(series["nps"], revenue)
    assert np.argmax(np.abs(z)) + 1 == 13
    assert 0.30 <= r2[12] <= 0.42
    assert p < 0.005


def test_engagement_does_not_lead_revenue_within_a_quarter(series):
    z, r2, _ = scan(series["engagement"], series["revenue"])
    assert np.abs(z[:13]).max() < 3
    assert r2[:13].max() < 0.05


@pytest.mark.parametrize(("lead", "lag"), [("nps", "engagement"), ("revenue", "nps"), ("revenue", "engagement")])
def test_nothing_leads_backwards(series, lead, lag):
    assert scan(series[lead], series[lag])[2] > 0.05


def test_support_falls_in_the_last_half_year_and_the_other_departments_do_not(frames):
    pulse = frames["engagement"]
    week = week_of(pulse["Date"])
    before = (week >= HALF - 26) & (week < HALF)
    for department, rows in pulse.groupby("Department"):
        was, now = (share_by(rows, part)[1] for part in (before[rows.index], (week >= HALF)[rows.index]))
        if department == "Support":
            assert now < was - 0.20
            assert f"{was:.1%} to {now:.1%}".replace("%", " %") in TOLD
        else:
            assert now > was - 0.03
    share = share_by(pulse, np.select([before, week >= HALF], [1, 2], 0))
    assert abs(share[2] - share[1]) < 0.05  # modest for the company


def test_twice_as_many_leave_support_in_the_last_half_year(staff):
    own = staff[(staff["Employment kind"] == "permanent") & (staff["Department"] == "Support")]
    halves = ((own["left"] - START).dt.days // 7 // 26).value_counts().sort_index()
    assert halves.tolist() == [7, 7, 7, 7, 7, 14]


def test_customers_served_by_support_turn_unhappy_eight_weeks_later(frames):
    nps = frames["nps"].merge(frames["customers"][["Customer ID", "Team"]], on="Customer ID")
    week, served = week_of(nps["Date"]), nps["Team"].str.startswith("Support ")
    before, after = (week >= HALF - 18) & (week < HALF), week >= HALF + 8
    was, now = (nps_of(nps.loc[served & part, sample.NPS_TEXT]) for part in (before, after))
    others = nps_of(nps.loc[~served & after, sample.NPS_TEXT])
    assert now < was - 15
    assert now < others - 20
    assert f"NPS {now:.0f} against {others:.0f}" in TOLD
