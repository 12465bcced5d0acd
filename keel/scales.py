"""What the answers to one question are worth: numbers on a scale, or words on one, from the table in answers.toml.

The scale is told by the set of answers: 0–10, 1–5, 1–7, 0–100, or words of agreement, satisfaction, frequency,
importance and the like in several languages. Only when every answer is covered is there a scale.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from pathlib import Path

from keel.values import parse_number

USUAL = ((1, 5), (1, 7), (0, 10), (0, 100))  # scales of numbers, the smallest that holds every answer is meant
MOST_STEPS = 11  # of a scale whose codes have words: 0 to 10

_HINT = re.compile(r"\b([01])\s*(?:-|–|—|to|bis|à|a|tot|…|\.\.\.?)\s*(4|5|6|7|10|100)\b", re.IGNORECASE)
_CODE_FIRST = re.compile(r"(\d{1,3})\s*(?:[-–—=:.)]|\s)\s*(\S.*)", re.DOTALL)
_CODE_LAST = re.compile(r"(.*\S)\s*[(\[]\s*(\d{1,3})\s*[)\]]", re.DOTALL)
_REVERSED = re.compile(
    r"\(r\)|\[r\]|[(\[][^()\[\]]*\b(revers\w*|umgepolt|invertiert|inversé\w*|invers[oa]|invertid[oa])\b[^()\[\]]*[)\]]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Scale:
    """What a column's answers are worth.

    kind: score (numbers) or scale (words, or codes with words). values: each distinct text of the column that is an
    answer -> its number. why: the scale in plain words. is_descending: 1 is the best answer, as where 1 is
    "strongly agree"; the numbers stay as they are and are turned round when counted.
    """

    kind: str
    low: int
    high: int
    values: Mapping[str, float]
    why: str
    is_descending: bool = False
    family: str = ""  # of words: agreement, satisfaction, frequency, ...


@dataclass(frozen=True)
class _Words:
    """One scale of words: the step (from 1) of each of its words."""

    family: str
    language: str
    length: int
    steps: Mapping[str, int]


def is_missing(word: str) -> bool:
    """Whether a text says that there is no answer: blank, N/A, -, don't know, and the like in several languages."""
    bare = word.strip()
    return len(bare) <= _longest_missing() and (bare.casefold() in _missing() or _plain(bare) in _missing())


def is_reversed(text: str) -> bool:
    """Whether a question says of itself that it is worded the other way round: "(R)", "(reverse coded)"."""
    return bool(_REVERSED.search(text))


def scale(words: Iterable[str], *, text: str = "", labels: Mapping[str, str] | None = None) -> Scale | None:
    """The scale of one column, by its distinct texts; None where they are not all answers on one.

    `text` is the question, whose own "0-10" counts before the answers where they do not speak against it. `labels`
    say what codes stand for, where the tool tells; then `words` are codes.
    """
    given = list(dict.fromkeys(word.strip() for word in words if not is_missing(word)))
    if not given:
        return None
    if labels:
        found = _labelled(given, labels)
        if found or any(word in labels for word in given):
            return found
    numbers: dict[str, float] = {}
    for word in given:
        number = _number(word)
        if number is None:
            return _coded(given, text) or _worded(given)
        numbers[word] = number
    if min(numbers.values()) < 0 or max(numbers.values()) > 100:
        return None
    low, high = _usual(text, numbers.values())
    if set(numbers.values()) == {0, 1} and not _HINT.search(text):
        return None  # yes and no
    return Scale("score", low, high, numbers, f"{low}–{high}")


def _number(word: str) -> float | None:
    number = parse_number(word, comma=bool(re.fullmatch(r"\d+,\d{1,2}", word.strip())))
    return None if number is None else float(number)


def _usual(text: str, numbers: Iterable[float]) -> tuple[int, int]:
    """The scale the question's words tell, else the smallest usual one that holds every number."""
    found = list(numbers)
    most, least = max(found), min(found)
    hint = _HINT.search(text)
    if hint and int(hint[1]) <= least and most <= int(hint[2]):
        return int(hint[1]), int(hint[2])
    for low, high in USUAL:
        if low <= least and most <= high:
            return (1, 10) if high == 10 and least >= 1 else (low, high)
    return 0, 100


def _worded(given: list[str]) -> Scale | None:
    """Words alone: the families that hold every word, in one language or several of one length."""
    plain = {word: _plain(word) for word in given}
    if len(given) > 30 or any(word not in _known() for word in plain.values()):
        return None
    lengths: dict[tuple[str, int], list[_Words]] = {}
    for one in _scales():
        lengths.setdefault((one.family, one.length), []).append(one)
    fitting: list[tuple[str, int, dict[str, int], bool]] = []
    for (family, length), several in lengths.items():
        for single in several:
            if all(word in single.steps for word in plain.values()):
                steps = {word: single.steps[bare] for word, bare in plain.items()}
                if len(set(steps.values())) < len(set(plain.values())):
                    continue  # two of its words for one step: a finer scale than this one
                fitting.append((family, length, steps, set(steps.values()) == set(range(1, length + 1))))
        mixed = _mixed(several, plain)
        if mixed:
            fitting.append((family, length, mixed, set(mixed.values()) == set(range(1, length + 1))))
    if not fitting:
        return None
    # All steps seen: the scale itself, the longest first. Else five points are the usual, then seven.
    seen = [fit for fit in fitting if fit[3]]
    order = {5: 0, 7: 1, 6: 2, 4: 3}
    best = max(seen, key=lambda fit: fit[1]) if seen else min(fitting, key=lambda fit: order.get(fit[1], 9))
    family, length, steps, _ = best
    worth = {word: float(step) for word, step in steps.items()}
    return Scale("scale", 1, length, worth, f"words of {family}, {length} points", family=family)


def _mixed(several: list[_Words], plain: Mapping[str, str]) -> dict[str, int]:
    """The steps of words in several languages, one scale of each; empty where no choice of scales agrees on every word."""
    spoken = set(plain.values())
    languages: dict[str, list[_Words]] = {}
    for one in several:
        if spoken & one.steps.keys():
            languages.setdefault(one.language, []).append(one)
    for chosen in product(*languages.values()):
        found: dict[str, int] = {}
        for one in chosen:
            steps = {bare: one.steps[bare] for bare in spoken if bare in one.steps}
            if len(set(steps.values())) < len(steps) or any(
                found.get(bare, step) != step for bare, step in steps.items()
            ):
                break
            found |= steps
        else:
            if found.keys() == spoken:
                return {word: found[bare] for word, bare in plain.items()}
    return {}


def _coded(given: list[str], text: str) -> Scale | None:
    """Codes and words in one cell: "4 - Very satisfied", "Very satisfied (4)", a mixture with bare numbers."""
    codes: dict[str, float] = {}
    said: dict[str, str] = {}
    for word in given:
        number = _number(word)
        if number is None:
            first, last = _CODE_FIRST.fullmatch(word), _CODE_LAST.fullmatch(word)
            if last:
                number, said[word] = float(last[2]), last[1]
            elif first and not re.match(r"\d", first[2]):
                number, said[word] = float(first[1]), first[2]
            else:
                return None
        codes[word] = number
    if len(given) > MOST_STEPS or max(codes.values()) > 10 or any(n != int(n) for n in codes.values()):
        return None
    if len(set(codes.values())) != len(codes) and len({_plain(w) for w in said.values()}) != len(set(codes.values())):
        return None  # one code with several words numbers something else: "1 room", "1 bath"
    known = _worded(list(said.values())) if said else None
    # Without known words a number before a text may count things ("2 years"): bare numbers must bear the rest out.
    if known is None and len(said) == len(given) and not _is_run(codes.values()):
        return None
    low, high = _usual(text, codes.values())
    if known and known.high >= max(codes.values()) and min(codes.values()) >= 1 and not _HINT.search(text):
        low, high = known.low, known.high
    down = known is not None and _runs_down(
        {codes[word]: known.values[words.strip()] for word, words in said.items() if words.strip() in known.values}
    )
    kind = "scale" if 2 * len(said) > len(given) else "score"
    why = f"codes with {known.why}" if known and known.high == high else f"{low}–{high}, codes with words"
    return Scale(kind, low, high, codes, why, down, known.family if known else "")


def _is_run(codes: Iterable[float]) -> bool:
    """Whether codes are steps next to each other, from 0 or 1 on: at least three of them."""
    steps = sorted(set(codes))
    return len(steps) >= 3 and steps[0] in (0, 1) and steps == [steps[0] + n for n in range(len(steps))]


def _labelled(given: list[str], labels: Mapping[str, str]) -> Scale | None:
    """Codes whose words the tool tells apart from them."""
    told = {code: label for code, label in labels.items() if not is_missing(label)}
    codes = {word: _number(word) for word in given if word not in labels or word in told}
    if not codes or any(number is None for number in codes.values()):
        return None
    numbers = {word: number for word, number in codes.items() if number is not None}
    steps = {code: _number(code) for code in told}
    if any(step is None for step in steps.values()):
        return None
    ends = {code: step for code, step in steps.items() if step is not None}
    if not ends:
        return None
    low, high = min(ends.values()), max(ends.values())
    if low < 0 or high > 100 or any(not low <= number <= high for number in numbers.values()):
        return None
    bare = {code: re.sub(r"^\d+\s*[-–=:.)]?\s*|\s*[(\[]\d+[)\]]$", "", label).strip() for code, label in told.items()}
    spoken = {code: words for code, words in bare.items() if words}
    known = _worded(list(spoken.values())) if spoken else None
    if known:
        down = _runs_down({ends[code]: known.values[words] for code, words in spoken.items() if words in known.values})
        kind = "scale" if 2 * len(spoken) > high - low + 1 else "score"
        why = f"codes with {known.why}" if known.high == len(ends) else f"{low:g}–{high:g}, codes with words"
        return Scale(kind, int(low), int(high), numbers, why, down, known.family)
    # Words at the ends of a row of numbers only ("Not at all likely" … "Extremely likely"): a scale all the same.
    inner = [code for code, step in ends.items() if low < step < high]
    if high - low >= 3 and (not spoken.keys() & set(inner)):
        return Scale("score", int(low), int(high), numbers, f"{low:g}–{high:g}, words at its ends")
    return None


def _runs_down(worth: Mapping[float, float]) -> bool:
    """Whether the words fall as the codes rise: 1 is the best answer."""
    pairs = sorted(worth.items())
    return len(pairs) > 1 and all(a[1] > b[1] for a, b in pairwise(pairs))


def _plain(word: str) -> str:
    """A word as it is compared: no case, one kind of apostrophe and space, no punctuation at its ends."""
    folded = word.strip().casefold().replace("’", "'").replace("ʼ", "'").replace("\u00a0", " ")
    return re.sub(r"\s+", " ", folded).strip(' .,;:!*…"“”')


@cache
def _declared() -> Mapping[str, object]:
    return tomllib.loads((Path(__file__).parent / "answers.toml").read_text(encoding="utf-8"))


@cache
def _missing() -> frozenset[str]:
    table = _declared()["missing"]
    assert isinstance(table, dict)
    words = [word for several in table.values() for word in several]
    return frozenset([*(word.casefold() for word in words), *(_plain(word) for word in words)])


@cache
def _longest_missing() -> int:
    return max(map(len, _missing())) + 4  # and some space or punctuation


@cache
def _scales() -> tuple[_Words, ...]:
    found = []
    declared = _declared()["scale"]
    assert isinstance(declared, list)
    for one in declared:
        steps: dict[str, int] = {}
        for step, words in enumerate(one["words"], 1):
            for word in words:
                steps.setdefault(_plain(word), step)
        found.append(_Words(one["family"], one["language"], len(one["words"]), steps))
    return tuple(found)


@cache
def _known() -> frozenset[str]:
    return frozenset(word for one in _scales() for word in one.steps)
