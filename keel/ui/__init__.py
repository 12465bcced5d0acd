"""What the pages share of Streamlit. A page reads: choose, ask, show.

frame    the store, the shared controls, asking      cards    one metric a card
panels   charts, splits, tables, definitions         uploads  drop, preview, import, undo
privacy  groups, comments, what can be seen       typed    targets, events, a usual range begun anew
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
    changed,
    chart,
    choose,
    declared_links,
    definition,
    limits,
    matching,
    money_column,
    movements,
    nothing_yet,
    overall,
    rows_behind,
    six_twelve,
    split,
    staff_year,
    table,
    trend,
    walk_steps,
)  # fmt: skip
from keel.ui.privacy import (
    by_driver,
    by_group,
    comment_rule,
    comments,
    company_drivers,
    facts,
    fewest,
    fewest_for_comments,
    participation,
    points,
    refused_views,
    seen,
    seen_link,
)
from keel.ui.typed import baselines, events, targets
from keel.ui.uploads import previews, questionnaires, uploaded, uploader, what_to_bring

__all__ = [
    "NPS_CUTS", "Span", "ask", "asked_span", "baselines", "behind_link", "by_driver", "by_group", "card", "cards",
    "changed", "chart", "choose", "comment_rule", "comments", "company_drivers", "declared_links", "definition",
    "dimension_label", "events", "facts", "fewest", "fewest_for_comments", "heading", "known_metrics", "limits",
    "matching", "metric_link", "money_column", "movements", "navigation", "nothing_yet", "overall", "own_measures",
    "participation", "plain", "points", "previews", "questionnaires", "refused_views", "rows_behind", "run", "seen",
    "seen_link", "series", "six_twelve", "split", "staff_year", "store", "table", "targets", "theme", "title",
    "trend", "uploaded", "uploader", "view", "walk_steps", "what_to_bring",
]  # fmt: skip
