"""Keel: leading and lagging indicators on one page, with the evidence for which leads which."""

import pandas as pd

# Text in frames is kept as Python objects, not in Arrow: the frames of a page are small, and their columns have names. A click takes
# three fifths of the processor's time, and threads wait for each other less (benchmarks/README.md).
pd.options.mode.string_storage = "python"
