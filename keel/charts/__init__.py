"""Every chart: a frame in, a themed figure out, one message each. Nothing is computed here but where marks go.

    trend            is it going up, against last year and the target?
    sixtwelve        how did the last six weeks and twelve months go, against last year and the target?
    bars             who makes up the number?
    waterfall        what moved it from opening to closing?
    distribution     how do the answers spread over the scale?
    survival_curve   how long do people stay?
    drivers          which driver differs from the company?
    sparkline        the small line on a card (keel.sparkline)
    pareto           how much do few customers make together?
    months, scores   what did one customer buy, and how does it score us?
    reasons          why did the lost ones leave, in money?
    shifted, by_lag  does one number move before the other, and by how many weeks?
    outlook          where is it likely to go?
    chain            what is declared to lead what, and what does history say? (SVG)
    heat_map         which group differs from the company, driver by driver? (keel.groups)
    small_lines      where does each group go, beside the company? (keel.groups)

A page shows a figure by st.plotly_chart(figure, theme=None, config=CONFIG): Streamlit's own theme would paint over
this one. Text from data is escaped, for Plotly reads tags in any text. Hidden rows have no number here either.
"""

from keel.charts.bearings import by_lag as by_lag
from keel.charts.bearings import outlook as outlook
from keel.charts.bearings import shifted as shifted
from keel.charts.breakdowns import bars as bars
from keel.charts.breakdowns import distribution as distribution
from keel.charts.breakdowns import drivers as drivers
from keel.charts.breakdowns import survival_curve as survival_curve
from keel.charts.breakdowns import waterfall as waterfall
from keel.charts.chain import chain as chain
from keel.charts.customers import months as months
from keel.charts.customers import pareto as pareto
from keel.charts.customers import reasons as reasons
from keel.charts.customers import scores as scores
from keel.charts.events import Event as Event
from keel.charts.history import trend as trend
from keel.charts.look import CONFIG as CONFIG
from keel.charts.look import CSS as CSS
from keel.charts.look import DARK as DARK
from keel.charts.look import LIGHT as LIGHT
from keel.charts.look import Theme as Theme
from keel.charts.look import theme as theme
from keel.charts.six_twelve import sixtwelve as sixtwelve
from keel.groups import heat_map as heat_map
from keel.groups import hidden_because as hidden_because
from keel.groups import small_lines as small_lines
from keel.shares import shares as shares
from keel.sparkline import sparkline as sparkline
