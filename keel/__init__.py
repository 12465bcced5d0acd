"""Keel: leading and lagging indicators on one page, with the evidence for which leads which."""

import pandas as pd

# Text in frames is kept as Python objects, not in Arrow: the frames of a page are small, and their columns have names. A click takes a
# quarter to a third less of the processor's time (docs/decisions/021).
pd.options.mode.string_storage = "python"
