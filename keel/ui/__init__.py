"""What the pages share of Streamlit. A page reads: choose, ask, show.

frame    the store, the shared controls, asking      cards    one metric a card
panels   charts, splits, tables, definitions         uploads  drop, preview, import, undo
"""

from keel.ui.cards import card, cards, metric_link, own_measures, series
from keel.ui.frame import (
    ask,
    dimension_label,
    heading,
    known_metrics,
    navigation,
    plain,
    run,
    store,
    theme,
    title,
    view,
)
from keel.ui.panels import (
    NPS_CUTS,
    Span,
    asked_span,
    behind_link,
    chart,
    choose,
    declared_links,
    definition,
    matching,
    money_column,
    movements,
    nothing_yet,
    overall,
    rows_behind,
    split,
    staff_year,
    table,
    trend,
    walk_steps,
)  # fmt: skip
from keel.ui.uploads import previews, questionnaires, uploaded, uploader, what_to_bring

__all__ = [
    "NPS_CUTS", "Span", "ask", "asked_span", "behind_link", "card", "cards", "chart", "choose", "declared_links", "definition",
    "dimension_label", "heading", "known_metrics", "matching", "metric_link", "money_column", "movements", "navigation", "nothing_yet", "overall", "own_measures", "plain",
    "previews", "questionnaires", "rows_behind", "run", "series", "split", "staff_year", "store", "table", "theme", "title", "trend",
    "uploaded", "uploader", "view", "walk_steps", "what_to_bring",
]  # fmt: skip
