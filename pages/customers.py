"""Wake: who keeps the lights on, who is slipping, who is lost, and winning them back."""

from keel import ui

ui.title("Customers", "Who keeps the lights on, who is slipping, who is lost, and whom do we win back?")
customer_id = ui.asked_customer()
if customer_id:
    ui.one_customer(customer_id)
elif ui.has_customers():
    part = ui.customer_parts()
    if part == "The 80 %":
        ui.foundation()
    elif part == "Can't afford to lose":
        ui.at_risk()
    elif part == "Slipping and lost":
        ui.slipping_and_lost()
    elif part == "Win-back desk":
        ui.win_back()
    else:
        ui.ladder()
