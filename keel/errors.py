"""Everything that can go wrong in a way a person can mend.

    KeelError                 one sentence: *where: found; expected. the way out.*
    |-- InputError            a file, a row or a value that cannot be taken in
    |-- QuestionError         a question that has no answer as asked (unknown metric, dimension, date)
    |-- SettingsError         keel.toml or the catalogue says something Keel does not understand
    |-- StoreError            the database file: in use, too new, damaged, or a batch that is not there
    `-- PrivacyError          too few people to answer without revealing someone

The command line prints the sentence and leaves with status 2; a page shows it in a box.
"""

import re
from collections.abc import Sequence

_LINE_END = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+\s*")


class KeelError(Exception):
    """A sentence for the person at the screen, on one line whatever it quotes; never a stack of calls."""

    def __init__(self, words: str) -> None:
        super().__init__(_LINE_END.sub(" ", words))


class InputError(KeelError):
    """A file, a row or a value that cannot be taken in.

    Where a choice would mend it, `asks` is the key that --set takes (or "kind", which --as takes) and `among` what can
    be chosen, so that a page can ask instead of refusing.
    """

    def __init__(self, words: str, *, asks: str = "", among: Sequence[str] = ()) -> None:
        super().__init__(words)
        self.asks, self.among = asks, tuple(among)


class QuestionError(KeelError):
    """A question that has no answer as it was asked."""


class SettingsError(KeelError):
    """keel.toml, the catalogue or a query says something Keel does not understand."""


class StoreError(KeelError):
    """The database file is in use, too new, damaged, or lacks what was named."""


class PrivacyError(KeelError):
    """Too few people to answer without revealing someone."""
