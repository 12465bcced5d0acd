"""What moves with an outcome, as HTML that serves light and dark alike: a bar a driver, its range, and its verdict in words."""

from html import escape

from keel.drivers import DRIVER, Driver, Drivers
from keel.wording import NBSP, percent


def shares(ranked: Drivers, *, outcome: str) -> str:
    """Which drivers say something about the outcome? One row each, the largest share first, with its 95 % range.

    outcome: how it is put within a sentence. Where nothing is ranked it is the reason, in a sentence.
    """
    if ranked.reason:
        return f'<div class="keel-words">Nothing is ranked. {escape(ranked.reason)}</div>'
    reach = max(one.high for one in ranked.found)
    rows = "".join(_row(one, reach) for one in ranked.found)
    return (
        f'<div class="keel-sum">{_about(ranked, outcome)}</div><div class="keel-shares" role="list">{rows}</div>'
        f'<div class="keel-sum">{_how_surely(ranked, outcome)}</div>'
    )


def _row(one: Driver, reach: float) -> str:
    is_driver = one.verdict == DRIVER
    words = (
        f"goes with {'more' if one.coefficient > 0 else 'less'} among people who answer alike on the others"
        if is_driver
        else "the others say what it says"
    )
    likely = f"{100 * one.low:.0f} to {percent(one.high)}"
    told = f"{one.name}: {percent(one.share)} of what all together account for, 95 %: {likely}; {words}"
    left, width = 100 * one.low / reach, 100 * (one.high - one.low) / reach
    looks = "keel-share keel-share-own" if is_driver else "keel-share"
    return (
        f'<div class="{looks}" role="listitem" title="{escape(told, quote=True)}"><span class="keel-share-name">{escape(one.name)}</span>'
        f'<span class="keel-share-bar" aria-hidden="true"><i style="width:{100 * one.share / reach:.1f}%"></i>'
        f'<u style="left:{left:.1f}%;width:{width:.1f}%"></u></span>'
        f'<b>{percent(one.share)}</b><small>{escape(likely)}</small><em>{_verdict(one)}</em></div>'
    )  # fmt: skip


def _verdict(one: Driver) -> str:
    if one.verdict != DRIVER:
        return "moves with the rest"
    return "driver" if one.coefficient > 0 else "driver, the other way round"


def _about(ranked: Drivers, outcome: str) -> str:
    people = f"{ranked.answers:,} times somebody answered every question"
    if ranked.answers > ranked.people:
        people += f", up to {ranked.people:,}{NBSP}people in one month"
    return (
        f"These answers together account for {percent(ranked.r2)} of the differences in {escape(outcome)} "
        f"({people}). A bar is a driver’s share of that, the line its 95{NBSP}% range."
    )


def _how_surely(ranked: Drivers, outcome: str) -> str:
    """What the verdicts mean, and whether the order of the shares can be relied on."""
    of_own = sum(one.verdict == DRIVER for one in ranked.found)
    first = ranked.found[0]
    with_first = sum(one.high >= first.low for one in ranked.found)
    parts = [
        f"A driver says something about {escape(outcome)} that the others do not, and more than a random number would; at most "
        "about one in twenty is called so by chance.",
        "" if of_own else "None does here: there is too little to go by, or nothing that stands out.",
        "What moves with the rest is no less liked: the others tell it already."
        if 0 < of_own < len(ranked.found)
        else "",
        f"The ranges of {'all' if with_first == len(ranked.found) else f'the first {with_first}'} overlap, so their order is not settled."
        if with_first > 1
        else "",
        "It says what moves together, not what would change it.",
    ]
    return " ".join(part for part in parts if part)
