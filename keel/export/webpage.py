"""The edition as one page of HTML: no script, nothing from elsewhere, nothing sent; light, dark and on paper.

Everything a document says goes through `_text`, so a name that looks like markup is only a name.
"""

import base64
from collections.abc import Iterable, Sequence
from html import escape

from keel.export import contents, geometry
from keel.export.contents import Document, Item, Line, Point
from keel.export.lettering import FONTS
from keel.progress import Progress

CHART_WIDE, CHART_HIGH = 900.0, 250.0
CONTENT = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'"
RADIUS = {"now": 3.0, "prior": 1.7}
CSS = """
:root{color-scheme:light dark;--ground:#F6F7F9;--card:#FFFFFF;--ink:#14213D;--muted:#566178;--lag:#1F5FA8;--lead:#0B7A60;
--signal:#B3261E;--watch:#8F5600;--grid:#E3E7EE;--prior:#A3AEC2}
@media (prefers-color-scheme:dark){:root{--ground:#0F1420;--card:#171E2E;--ink:#E8ECF4;--muted:#A3AEC2;--lag:#7FB0EA;
--lead:#57C7A8;--signal:#FF8A80;--watch:#F2B35E;--grid:#2A3347;--prior:#5F6C84}}
@media print{:root{color-scheme:light;--ground:#FFFFFF;--card:#FFFFFF;--ink:#14213D;--muted:#566178;--lag:#1F5FA8;
--lead:#0B7A60;--signal:#B3261E;--watch:#8F5600;--grid:#E3E7EE;--prior:#A3AEC2}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 Inter,system-ui,"Segoe UI",sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main,header,footer{max-width:1080px;margin:0 auto;padding:16px 24px}
h1{font-size:28px;margin:16px 0 0}h2{font-size:20px;margin:32px 0 8px}h3{font-size:20px;margin:0}h4{font-size:13px;margin:16px 0 4px}
h1,h2,h3,h4,th,b{font-weight:600;line-height:1.25}
p{margin:4px 0}ul{margin:0;padding-left:18px}a{color:inherit}
.muted,footer,caption{color:var(--muted)}.small,footer,table,li{font-size:13px}
article{background:var(--card);border:1px solid var(--grid);border-radius:8px;padding:24px;margin:16px 0}
.lag>h3,.lag .own{color:var(--lag)}.lead>h3,.lead .own{color:var(--lead)}
.bad{color:var(--signal)}.watch{color:var(--watch)}.good{color:var(--lead)}
.value{font-size:28px;font-weight:600;line-height:1.4}.value+p span{margin-right:16px}
.scroll{overflow-x:auto}svg{display:block;width:100%;min-width:640px;height:auto}
svg text{font:11px Inter,system-ui,sans-serif;fill:var(--muted)}
svg text.caption{font-weight:600;font-size:12px;fill:var(--ink)}svg text.empty{font-size:14px}
svg text.newest{font-weight:600;font-size:12px;paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.lag svg .newest{fill:var(--lag)}.lead svg .newest{fill:var(--lead)}
polyline{fill:none;stroke-linejoin:round}.now{stroke-width:2.5;stroke:var(--ink)}.lag .now{stroke:var(--lag)}.lead .now{stroke:var(--lead)}
.prior{stroke:var(--prior);stroke-width:1.6}.target{stroke:var(--muted);stroke-width:1.4;stroke-dasharray:1 4;stroke-linecap:round}
.grid,.divider{stroke:var(--grid);stroke-width:1}
circle.now{stroke:none;fill:var(--ink)}.lag circle.now{fill:var(--lag)}.lead circle.now{fill:var(--lead)}
circle.prior{stroke:none;fill:var(--prior)}
.lag circle.open,.lead circle.open,circle.open{fill:var(--card);stroke:currentColor;stroke-width:2}
.lag svg{color:var(--lag)}.lead svg{color:var(--lead)}
.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,280px),1fr));gap:0 32px;align-items:start}
table{border-collapse:collapse;width:100%;margin:16px 0 0}caption{text-align:left;font-weight:600;padding-bottom:4px;color:var(--ink)}
th,td{padding:3px 8px 3px 0;border-bottom:1px solid var(--grid);text-align:left;vertical-align:top}
thead th{color:var(--muted)}.n{text-align:right;white-space:nowrap}td.n:not(:last-child),th.n:not(:last-child){padding-right:14px}
.tables tbody th{white-space:nowrap}.words{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,280px),1fr));gap:0 32px}
.agenda td:first-child{white-space:nowrap}.agenda tbody tr.part th{padding-top:16px}
pre{white-space:pre-wrap;font-size:12px}summary{cursor:pointer;font-size:13px;color:var(--muted);margin-top:16px}
@media print{body{font-size:12px}main,header,footer{max-width:none;padding:0}article{border:0;padding:0;break-before:page}
details{display:none}.scroll{overflow:visible}svg{min-width:0}tr,svg{break-inside:avoid}a{text-decoration:none}}
@media print{body{font-size:9pt;line-height:1.35}.small,footer,table,li{font-size:8pt}main,article{margin:0}
.tables{grid-template-columns:repeat(3,1fr);gap:0 20px}th,td{padding:1.5px 6px 1.5px 0}.words{grid-template-columns:repeat(auto-fit,minmax(200px,1fr))}h2,h4{break-after:avoid}.value{font-size:20pt}h3{font-size:14pt}}
@page{margin:14mm}
"""


def render(document: Document, progress: Progress) -> bytes:
    """The file."""
    found = contents.metrics(document)
    cards = []
    for at, (title, item) in enumerate(found):
        progress(at / len(found), item["label"])
        cards.append(_card(f"m{at}", title, item, document))
    title = f"{document['company']}: {contents.week(document).lower()}"
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(CONTENT)}">
<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{_text(title)}</title><style>{_font()}{CSS}</style></head>
<body><header><h1>{_text(document["company"])}</h1>
<p>{_text(contents.week(document))} <span class="muted">· {_text(contents.state(document))}</span></p></header>
<main><h2>Agenda</h2>{_agenda(document)}{_promises(document)}{_swot(document)}
{"".join(cards) or "<p>No metric stands in this edition.</p>"}
<h2>About this edition</h2>{_about(document)}</main>
<footer>{"".join(f"<p>{_text(words)}</p>" for words in contents.foot(document))}</footer></body></html>
"""
    return page.encode("utf-8")


def _text(words: str) -> str:
    return escape(words, quote=True)


def _font() -> str:
    """Inter, written into the page: it must look the same without a network."""
    data = base64.b64encode((FONTS / "inter-latin-wght-normal.woff2").read_bytes()).decode("ascii")
    return f'@font-face{{font-family:Inter;font-weight:100 900;src:url(data:font/woff2;base64,{data}) format("woff2")}}'


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str = "", numbers: Sequence[int] = ()
) -> str:
    """A table whose first column names its rows; `numbers` are the columns that stand to the right."""

    def cell(tag: str, at: int, words: str, scope: str = "") -> str:
        return f"<{tag}{scope}{' class=n' if at in numbers else ''}>{_text(words)}</{tag}>"

    head = "".join(cell("th", at, words, ' scope="col"') for at, words in enumerate(heads))
    body = "".join(
        "<tr>"
        + "".join(cell("td" if at else "th", at, words, "" if at else ' scope="row"') for at, words in enumerate(row))
        + "</tr>"
        for row in rows
    )
    named = f"<caption>{_text(caption)}</caption>" if caption else ""
    return f'<div class="scroll"><table>{named}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _agenda(document: Document) -> str:
    lines = contents.agenda(document)
    places = {id(item): at for at, (_, item) in enumerate(contents.metrics(document))}

    def row(line: Line) -> str:
        if line.item is None:
            note = f' <span class="muted">{_text(line.why)}</span>' if line.why else ""
            return f'<tr class="part"><th colspan="4" scope="colgroup">{_text(line.label)}{note}</th></tr>'
        return (
            f'<tr><td class="{_text(line.item["said"]["tone"])}">{_text(line.mark)}</td>'
            f'<td class="{_text(line.item["kind"])}"><a class="own" href="#m{places[id(line.item)]}">{_text(line.label)}</a></td>'
            f'<td class="n"><b>{_text(line.printed)}</b></td><td>{_text(line.why)}</td></tr>'
        )

    return (
        '<div class="scroll"><table class="agenda"><thead><tr><th scope="col">Mark</th><th scope="col">Metric</th>'
        f'<th scope="col" class="n">Value</th><th scope="col">Why</th></tr></thead><tbody>{"".join(map(row, lines))}</tbody></table></div>'
    )


def _promises(document: Document) -> str:
    rows = contents.promises(document)
    return f"<h2>Promises</h2>{_table(contents.PROMISES, rows)}" if rows else ""


def _swot(document: Document) -> str:
    return "".join(f"<h2>{_text(name)}</h2>{_list(entries)}" for name, entries in contents.swot(document))


def _list(entries: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{_text(entry)}</li>' for entry in entries)}</ul>"


def _about(document: Document) -> str:
    return _table(("", ""), contents.about(document))


def _card(name: str, title: str, item: Item, document: Document) -> str:
    """A metric: how it stands, its chart, the table of the same numbers, and what is told of it."""
    weeks, months = contents.points(item)
    told = (
        ("Why", item["said"]["because"]), ("To know", contents.remarks(item)), ("Notes", contents.notes(item)),
        ("Events", contents.events(item)),
    )  # fmt: skip
    words = "".join(f"<div><h4>{heading}</h4>{_list(texts)}</div>" for heading, texts in told if texts)
    totals = [
        (
            total["label"],
            total["printed"],
            " · ".join(part for part in (*total["changes"], total["note"]) if part and part != total["printed"]),
        )
        for total in item["totals"]
    ]
    changes = "".join(f"<span>{_text(change)}</span>" for change in item["changes"])
    return f"""<article id="{name}" class="{_text(item["kind"])}"><p class="small muted">{_text(title)}</p><h3>{_text(item["label"])}</h3>
<p class="value">{_text(contents.value(item))}</p><p>{changes}<span class="muted small">{_text(item["period"])}</span></p>
<p class="{_text(item["said"]["tone"])}"><b>{_text(contents.said(item))}</b></p>
<p class="small muted">{_text(" · ".join(contents.standing(item)))}</p>
<p class="small muted">{_text(" ".join(contents.definition(item)))}</p>
<div class="scroll">{_svg(item)}</div>
<div class="tables">{_points("Six weeks", "Week", weeks)}{_points("Twelve months", "Month", months)}
{_table(("", "Total", "Change"), totals, caption="Totals", numbers=(1,))}</div>
<div class="words">{words}</div>
<details><summary>How it is worked out</summary><pre>{_text(item["sql"])}</pre></details>
<p class="small muted">{_text(contents.foot(document, item)[0])}</p></article>
"""


def _points(caption: str, name: str, points: Sequence[Point]) -> str:
    has_target = any(point.target for point in points)
    heads = (name, "This year", "Last year", *(["Target"] if has_target else []))
    rows = [
        (p.name + (" (running)" if p.is_partial else ""), p.printed, p.prior, *([p.target] if has_target else []))
        for p in points
    ]
    return _table(heads, rows, caption=caption, numbers=(1, 2, 3))


def _svg(item: Item) -> str:
    """The chart; its numbers stand in the tables under it."""
    drawn = "".join(_shape(shape) for shape in geometry.chart(item, CHART_WIDE, CHART_HIGH, has_names=True))
    label = _text(
        f"{item['label']}: six weeks and twelve months, with last year and the target; the numbers are in the tables below"
    )
    return f'<svg viewBox="0 0 {CHART_WIDE:g} {CHART_HIGH:g}" role="img" aria-label="{label}">{drawn}</svg>'


def _shape(shape: geometry.Shape) -> str:
    if isinstance(shape, geometry.Words):
        return f'<text class="{shape.part}" x="{shape.x:.1f}" y="{shape.y:.1f}" text-anchor="{shape.anchor}">{_text(shape.text)}</text>'
    if isinstance(shape, geometry.Dot):
        look = f"{shape.part} open" if shape.is_open else shape.part
        return f'<circle class="{look}" cx="{shape.x:.1f}" cy="{shape.y:.1f}" r="{RADIUS[shape.part]:g}"/>'
    return f'<polyline class="{shape.part}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)}"/>'
