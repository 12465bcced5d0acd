"""The win-back desk: which lost customers are worth having, why they left, what is done next, and whether it works.

What people say is kept entry by entry beside what is said in reviews (kind "desk"; the latest one of a customer holds), a campaign
in tables of its own: who is contacted and who is not is drawn once, by chance, and never again.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import numpy as np

from keel import customers, intervals, meeting, winback
from keel.errors import QuestionError
from keel.periods import DAY
from keel.store import Store
from keel.winback import Belief, Reason

UNKNOWN = "Not known yet"
OUTCOMES = ("", "won back", "declined", "no answer")
DO_NOT_PURSUE = "do not pursue"
KINDS = {"current": "A current customer", "lost": "A lost customer", "prospect": "A prospect"}
MOST_MEMBERS = 20_000  # of one campaign


@dataclass(frozen=True)
class Case:
    """What is said of one lost customer: whether it is wanted back, why it left, whose it is, what comes next, what came of it.

    reason: one of the company's list, or "". history: who said what, when, the oldest first.
    """

    customer_id: str
    is_wanted: bool = True
    reason: str = ""
    words: str = ""
    owner: str = ""
    step: str = ""
    due: date | None = None
    outcome: str = ""
    history: tuple[tuple[datetime, str, str], ...] = ()


def cases(store: Store) -> dict[str, Case]:
    """Every customer of whom something was said, as it stands."""
    found: dict[str, Case] = {}
    for row in store.rows("said"):
        if row["kind"] != "desk":
            continue
        customer_id, body = row["about"].removeprefix("customer="), json.loads(row["body"])
        due = date.fromisoformat(body["due"]) if body.get("due") else None
        known = {field.name for field in fields(Case)} - {"customer_id", "due", "history"}
        case = Case(customer_id, due=due, **{name: body[name] for name in known if name in body})
        before = found[customer_id].history if customer_id in found else ()
        found[customer_id] = Case(**{**vars(case), "history": (*before, (row["said_at"], row["who"], in_words(case)))})
    return found


def in_words(case: Case) -> str:
    """What is said of a customer, in one line."""
    parts = [] if case.is_wanted else [DO_NOT_PURSUE]
    parts += [case.reason, case.words]
    parts += [f"next: {case.step} ({case.owner}, {case.due.isoformat()})"] if case.step and case.due else [case.owner]
    return " · ".join(part for part in [*parts, case.outcome] if part)


def say(store: Store, case: Case, *, who: str, token: str) -> int:
    """Keep what is now true of a lost customer; returns the entry's number. Raises QuestionError where something is missing.

    A step needs an owner and a day; a customer who is not wanted back needs a reason.
    """
    where = f"customer {case.customer_id}"
    customers.customer(store, case.customer_id)
    if not who.strip():
        raise QuestionError("your name: nothing was typed; a few words were expected.")
    if case.reason and case.reason not in store.settings.reasons_for_leaving:
        known = ", ".join(store.settings.reasons_for_leaving)
        raise QuestionError(
            f"{where}: found the reason {case.reason!r}; one of {known} was expected. keel.toml holds the list."
        )
    if case.outcome not in OUTCOMES:
        raise QuestionError(
            f"{where}: found the outcome {case.outcome!r}; one of {', '.join(OUTCOMES[1:])} was expected."
        )
    if not case.is_wanted and not (case.words.strip() or case.reason):
        raise QuestionError(
            f"{where}: it is not wanted back, and nothing says why; a reason was expected, for whoever asks later."
        )
    if case.step.strip() and (case.due is None or not case.owner.strip()):
        raise QuestionError(
            f"{where}: the next step has no {'day' if case.due is None else 'owner'}; who does it by when was expected."
        )
    if case == Case(case.customer_id):
        raise QuestionError(f"{where}: nothing was said; a reason, an owner, a step or an outcome was expected.")
    body = {
        "is_wanted": case.is_wanted, "reason": case.reason, "words": case.words.strip(), "owner": case.owner.strip(), "step": case.step.strip(),
        "due": case.due.isoformat() if case.due else "", "outcome": case.outcome,
    }  # fmt: skip
    ending = _week(store)
    return store.say(
        who=who.strip(), week_ending=ending, kind="desk", body=json.dumps(body, ensure_ascii=False), token=token,
        about=f"customer={case.customer_id}",
    )  # fmt: skip


def _week(store: Store) -> date:
    """The week that is under review: what is said now belongs to it."""
    weeks = meeting.weeks(store, 1)
    return weeks[0] if weeks else store.settings.calendar.end(date.today(), "week") - DAY


def reasons(store: Store, lost: Sequence[str]) -> dict[str, str]:
    """Why each of these customers left: what the desk says, else what the customer said in a survey, else UNKNOWN."""
    said = {customer_id: case.reason for customer_id, case in cases(store).items() if case.reason}
    given = {row["customer_id"]: row["reason"] for row in store.rows("reasons_given")}
    return {customer_id: said.get(customer_id) or given.get(customer_id) or UNKNOWN for customer_id in lost}


def reasons_in_money(
    store: Store, *, as_of: date | None = None, region: str | None = None, segment: str | None = None
) -> list[Reason]:
    """The reasons for which the lost customers in view left, by what they were worth a year; UNKNOWN last."""
    why = {customer_id: case.reason for customer_id, case in cases(store).items() if case.reason}
    why = {row["customer_id"]: row["reason"] for row in store.rows("reasons_given")} | why
    view: dict[str, Any] = {"as_of": as_of, "region": region, "segment": segment}
    worths = customers.lost_worths(store, list(why), **view)
    found = winback.by_reason([why[one] for one in worths], list(worths.values()))
    sums = customers.standing(store, **view).sums
    rest = int(sums.get("lost") or 0) - len(worths)
    if rest > 0:
        found.append(Reason(UNKNOWN, rest, float(sums["lost_worth"]) - sum(worths.values()), None))
    return found


# Campaigns


def draw(
    store: Store, name: str, chosen: Sequence[str], *, starts_on: date, follow_up_months: int, share: float, who: str, token: str,
    seed: int | None = None,
) -> int:  # fmt: skip
    """Begin a campaign: a share of the chosen customers is held out by chance and not contacted. Returns its number.

    Every one must be lost on the day before it starts, or as of the last day known. Raises QuestionError.
    """
    if drawn := [row["campaign"] for row in store.rows("campaigns") if row["token"] == token]:
        return int(drawn[0])
    if not name.strip() or not who.strip():
        raise QuestionError("campaign: it has no name, or nobody's; a few words each were expected.")
    if not 1 <= follow_up_months <= 24:
        raise QuestionError(f"campaign: found a follow-up of {follow_up_months} months; 1 to 24 was expected.")
    known = sorted(set(chosen))
    if not 1 <= len(known) <= MOST_MEMBERS:
        raise QuestionError(f"campaign: found {len(known):,} customers; 1 to {MOST_MEMBERS:,} were expected.")
    worths = customers.lost_worths(store, known)
    if others := [one for one in known if one not in worths]:
        raise QuestionError(f"campaign: {others[0]} is not lost; lost customers alone were expected. Take it out.")
    running = _open(store)
    taken_up = {
        row["customer_id"] for row in store.rows("campaign_customers", campaign=None) if row["campaign"] in running
    }
    if taken := [one for one in known if one in taken_up]:
        raise QuestionError(
            f"campaign: {taken[0]} is in a campaign whose follow-up is still running; a customer in two could not be told apart. Take it out."
        )
    seed = secrets.randbits(32) if seed is None else seed
    held_out = winback.hold_out(known, share=share, seed=seed)
    return store.draw_campaign(
        name=name.strip(), starts_on=starts_on, follow_up_months=follow_up_months, hold_out=share, seed=seed, who=who.strip(), token=token,
        members=[(one, one in held_out, float(worths[one])) for one in known],
    )  # fmt: skip


def _open(store: Store) -> set[int]:
    return {row["campaign"] for row in store.rows("campaigns") if row["is_open"]}


def campaigns(store: Store) -> list[dict[str, Any]]:
    """Every campaign, the newest first: name, starts_on, follow_up_months, is_open, contacted, contacted_back, held_out,
    held_out_back, worth, seed; rate and its 95 % interval; gap (contacted less held out) and its interval.
    """
    rows = store.rows("campaigns")
    for row in rows:
        low, high = intervals.wilson(row["contacted_back"], row["contacted"])
        gap = winback.difference(row["contacted_back"], row["contacted"], row["held_out_back"], row["held_out"])
        row |= {
            "rate": row["contacted_back"] / row["contacted"] if row["contacted"] else np.nan, "low": float(low), "high": float(high),
            "gap": gap[0], "gap_low": gap[1], "gap_high": gap[2],
        }  # fmt: skip
    return rows


def belief(store: Store) -> tuple[Belief, int, int]:
    """What is believed of the share that can be won back, after the company's campaigns whose follow-up is over; won, tried."""
    over = [row for row in store.rows("campaigns") if not row["is_open"]]
    won, tried = sum(row["contacted_back"] for row in over), sum(row["contacted"] for row in over)
    return winback.PUBLISHED["lost"].learn(won, tried), won, tried


# The economics


@dataclass(frozen=True)
class Try:
    """One try on one kind of customer: the odds, what they rest on, and what the try is worth on average (5 to 95 %).

    published: the published range. won, tried: the company's own figures, of what in words (0 of 0: none yet). worth: what one
    such customer brings a year, of how many. low, high: of the odds; value_low, value_high: odds × worth × years, nan without worths.
    """

    kind: str
    label: str
    published: tuple[float, float]
    won: int
    tried: int
    of: str
    odds: float
    low: float
    high: float
    worth: float
    customers: int
    value_low: float
    value_high: float


def economics(store: Store, *, years: float = 1.0) -> list[Try]:
    """The same effort spent on a current customer, a lost one and a prospect."""
    worths = {row["kind"]: row for row in store.rows("worth_a_year")}
    sums = customers.standing(store).sums
    won_back, won, tried = belief(store)
    own = {
        "current": (sums.get("bought_since_6") or 0, sums.get("active_6") or 0, "customers active six months ago who have bought since"),
        "lost": (won, tried, "contacted in campaigns whose follow-up is over"),
        "prospect": (*prospects(store), "prospects tried, as you typed it in"),
    }  # fmt: skip
    found = []
    for place, (kind, label) in enumerate(KINDS.items()):
        k, n, of = own[kind]
        known = won_back if kind == "lost" else winback.PUBLISHED[kind].learn(k, n)
        row = worths.get("new" if kind == "prospect" else kind, {"customers": 0, "mean": np.nan, "spread": np.nan})
        low, high = known.between()
        value = winback.one_try(
            known, mean=row["mean"], spread=row["spread"] or 0.0, customers=row["customers"], years=years, seed=place
        )
        found.append(
            Try(
                kind,
                label,
                winback.RANGES[kind],
                k,
                n,
                of,
                known.mean,
                low,
                high,
                row["mean"],
                row["customers"],
                *value,
            )
        )
    return found


def prospects(store: Store) -> tuple[int, int]:
    """How many prospects were won of how many tried, as it was last typed in; (0, 0) where nobody did."""
    rows = [row for row in store.rows("said") if row["kind"] == "prospects"]
    body: Mapping[str, int] = json.loads(rows[-1]["body"]) if rows else {"won": 0, "tried": 0}
    return body["won"], body["tried"]


def say_prospects(store: Store, won: int, tried: int, *, who: str, token: str) -> int:
    """Keep how many prospects were won of how many tried; returns the entry's number. Raises QuestionError."""
    if not 0 <= won <= tried or not tried:
        raise QuestionError(
            f"prospects: found {won} won of {tried} tried; at least one tried, and no more won than tried, was expected."
        )
    ending = _week(store)
    return store.say(
        who=who.strip() or "somebody",
        week_ending=ending,
        kind="prospects",
        body=json.dumps({"won": won, "tried": tried}),
        token=token,
    )


def at_stake(store: Store, wanted: Sequence[float], *, years: float = 1.0) -> tuple[float, float]:
    """The 5 to 95 % range of what contacting customers who were worth so much a year would bring."""
    return winback.worth(belief(store)[0], wanted, years=years)


def members(store: Store) -> Any:
    """Everybody in a campaign: campaign, campaign_name, starts_on, customer_id, name, is_held_out, worth, back_on; a frame."""
    return store.ask("campaign_customers", campaign=None)
