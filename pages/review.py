"""The weekly meeting: what was promised, what moved, what is decided; the edition that does not change afterwards."""

from keel import ui

ui.title("Review", "The weekly meeting: what was promised, what moved, what do we decide?")
week = ui.ask_week()
if week is None:
    ui.nothing_yet([], "orders, a roster of employees, or a survey")
elif ui.review_part() == "Meeting":
    ui.meet(week)
elif ui.review_part() == "Decisions":
    ui.decisions(week)
elif ui.review_part() == "SWOT":
    ui.swot(week)
else:
    ui.editions(week)
