"""For the people who answer: what of their answers can be seen, and what cannot."""

import streamlit as st

from keel import ui

few = ui.fewest()

ui.title("What can be seen", "You answered a survey. Who can see what of it?")
left, right = st.columns(2, gap="medium")
with left, st.container(key="box-answers"):
    ui.heading("Of your answers")
    ui.points(
        ("Nobody’s answer is shown.", f"Every number adds up the answers of at least {few} people: of the company by the week, of "
         "a group by the month."),
        ("Months close.", "A month is told once it is over, and then stays as it is. Whoever answers later counts with the "
         "next one; a file that is corrected afterwards changes nothing. So nobody can compare before and after."),
        ("A view may be refused.", f"If it would stand on fewer than {few} people, or single out fewer when set against "
         "another number, it says “hidden” and names the nearest larger group that can be shown. A group that answered "
         "almost as one is told with its neighbour."),
        ("What moves together", "is reckoned from sums over all who answered every question. Where leaving a question out "
         f"would set fewer than {few} people apart, everybody around them is left out of it, too."),
        ("Comments", f"appear once {ui.fewest_for_comments()} people of the company or of one group have answered and "
         "three have written: shuffled, with the month and not the day, without names, e-mail addresses and long numbers."),
        ("Customers who gave their name", "or customer number are the exception: that is feedback the company replies to. "
         "A customer survey that promised to be anonymous follows the rule above."),
    )  # fmt: skip
with right:
    with st.container(key="box-not-covered"):
        ui.heading("What this does not cover")
        ui.points(
            ("People who pool what they know:", "a group that tells each other its answers can work out the rest."),
            ("Whoever uploads the file", "has it, and sees what is in it; so does whoever runs the survey tool."),
            ("Your own words:", "a comment can be recognised by its manner."),
            ("HR records", f"are no answers. Headcount and turnover follow another rule: groups of at least {few} people on "
             "average, and what is left out is as many."),
        )  # fmt: skip
    with st.container(key="box-in-force"):
        ui.heading("In force here", "these may be raised in keel.toml, never lowered below 5 and 10")
        ui.facts(
            (str(few), "people at least in every group"),
            (str(ui.fewest_for_comments()), "people at least behind comments"),
        )
        ui.heading("Views refused so far", "in whole or in part; for whom is not kept")
        ui.refused_views()
