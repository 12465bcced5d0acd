"""Keel's Revenue page beside a bare one: `python -m benchmarks.side_by_side [--lines N] [--clicks 20]`.

Both are served from the same data and opened in one Chromium; each click on a region is timed in the browser, from
the mouse button coming up to the frame after the one in which the next level's chart stands.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
from playwright.sync_api import Page, sync_playwright

from benchmarks import generate
from keel.settings import PROJECT, Settings
from keel.store import Store

# The same in both pages.
CHART = ".st-key-drill-chart"
BARS = f"{CHART} .barlayer .point path, {CHART} .keel-bar"
BACK = {"Keel": ".keel-bars-back", "bare": ".st-key-drill-path button >> nth=0"}
TOP, NEXT = generate.REGIONS, generate.SEGMENTS  # what the rows of the chart are called, before and after a click
PATHS = {"Keel": "revenue", "bare": ""}
SCRIPTS = {"Keel": "dashboard.py", "bare": "benchmarks/bare.py"}

CLAIM = 0.55
STARTS = 2  # the first of each only warms the disk
SETTLED_MS = 700  # after a click: what follows the chart, a garbage collection
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Holds when the chart's rows are called `wanted` and none is called `gone`; the time is that of the second frame
# after, when the first has been painted.
WATCH = """([chart, wanted, gone]) => {
    window.painted = new Promise(done => {
        let from = null;
        const stands = () => {
            const names = [...document.querySelectorAll(`${chart} .ytick text, ${chart} .keel-bar-label`)].map(tick => tick.textContent);
            const has = name => names.some(shown => shown.startsWith(name));
            return wanted.every(has) && !gone.some(has);
        };
        window.addEventListener('mouseup', event => { from = event.timeStamp; }, { capture: true, once: true });
        const look = () => {
            if (from !== null && stands()) requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from)));
            else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    });
}"""
STANDS = """([chart, wanted]) => {
    const names = [...document.querySelectorAll(`${chart} .ytick text, ${chart} .keel-bar-label`)].map(tick => tick.textContent);
    return wanted.every(name => names.some(shown => shown.startsWith(name)));
}"""


@dataclass
class Timings:
    """What was measured of one page: milliseconds of each click down and back up, seconds to the first chart."""

    down: list[float] = field(default_factory=list)
    up: list[float] = field(default_factory=list)
    first: float = 0.0


def write_sales(store: Path, target: Path) -> None:
    """The bare page's data: one row per day x region x segment x product line, lines without a region left out."""
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute(
            "select cast(day as timestamp) as day, region, segment, product_line, cast(sum(revenue) as double) as revenue, "
            "cast(sum(margin) as double) as margin, cast(sum(lines) as bigint) as lines "
            "from sales where region <> '' group by all order by day"
        ).to_arrow_table()
    pq.write_table(rows, target)


@contextmanager
def served(script: str, environment: dict[str, str], log: Path) -> Iterator[str]:
    """A Streamlit server of this script on a free port of this machine; gives its address, stops it at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}", "--server.address=127.0.0.1",
        "--server.headless=true", "--browser.gatherUsageStats=false",
    ]  # fmt: skip
    with log.open("w") as written:
        server = subprocess.Popen(
            command, cwd=PROJECT, env={**os.environ, **environment}, stdout=written, stderr=subprocess.STDOUT
        )
        try:
            _wait(f"{address}/_stcore/health", server)
            yield address
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def first_chart(page: Page, address: str, begun: float) -> float:
    """Open the page; seconds since `begun` until its chart of regions is painted."""
    page.goto(address)
    page.wait_for_function(STANDS, arg=[CHART, list(TOP)], timeout=60_000)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return time.perf_counter() - begun


def go_down(page: Page) -> float:
    """Click the first bar; milliseconds until the next level is painted."""
    box = page.locator(BARS).first.bounding_box()
    if box is None:
        raise SystemExit("The chart of regions has no bar to click.")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    return _timed(page, lambda: page.mouse.click(x, y), wanted=NEXT, gone=TOP)


def go_up(page: Page, name: str) -> float:
    """Click the way back; milliseconds until the regions are painted again."""
    return _timed(page, lambda: page.locator(BACK[name]).click(), wanted=TOP, gone=NEXT)


def compare(lines: int, clicks: int) -> dict[str, Timings]:
    """Serve both pages from one store of `lines` and click through them by turns."""
    found = {name: Timings() for name in SCRIPTS}
    with tempfile.TemporaryDirectory() as folder:
        store, sales = Path(folder) / "keel.duckdb", Path(folder) / "sales.parquet"
        with Store(store, Settings()) as filling:
            generate.fill(filling, lines)
        write_sales(store, sales)
        environment = {"KEEL_STORE": str(store), "BARE_SALES": str(sales)}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM))
            context = browser.new_context(viewport={"width": 1400, "height": 900})
            context.new_page().goto("about:blank")
            for name, script in SCRIPTS.items():
                for _ in range(STARTS):
                    begun = time.perf_counter()
                    with served(script, environment, Path(folder) / f"{name}.log") as address:
                        page = context.new_page()
                        found[name].first = first_chart(page, f"{address}/{PATHS[name]}", begun)
                        page.close()
            with (
                served(SCRIPTS["Keel"], environment, Path(folder) / "Keel.log") as keel,
                served(SCRIPTS["bare"], environment, Path(folder) / "bare.log") as bare,
            ):
                pages = {name: context.new_page() for name in SCRIPTS}
                for name, address in (("Keel", keel), ("bare", bare)):
                    first_chart(pages[name], f"{address}/{PATHS[name]}", 0.0)
                for turn in range(clicks + 1):
                    for name, page in pages.items():
                        page.bring_to_front()
                        page.wait_for_timeout(SETTLED_MS)
                        down = go_down(page)
                        page.wait_for_timeout(SETTLED_MS)
                        up = go_up(page, name)
                        if turn:  # the first time round warms the caches of both
                            found[name].down.append(down)
                            found[name].up.append(up)
            browser.close()
    return found


def report(found: dict[str, Timings]) -> str:
    """The comparison as a markdown table."""
    keel, bare = found["Keel"], found["bare"]
    rows = [
        "| | Keel | bare | Keel / bare | claim |",
        "|---|---:|---:|---:|---:|",
        _row("Click on a region → its segments painted, median", keel.down, bare.down, 50, f"≤ {CLAIM}"),
        _row("the same, p95", keel.down, bare.down, 95),
        _row("Click back → the regions painted, median", keel.up, bare.up, 50),
        _row("the same, p95", keel.up, bare.up, 95),
        f"| Start of the server → first chart painted | {keel.first:.1f} s | {bare.first:.1f} s "
        f"| {keel.first / bare.first:.2f} | |",
    ]
    return "\n".join(rows)


def _row(what: str, keel: list[float], bare: list[float], percentile: int, claim: str = "") -> str:
    ours, theirs = (float(np.percentile(found, percentile)) for found in (keel, bare))
    return f"| {what} | {ours:.0f} ms | {theirs:.0f} ms | {ours / theirs:.2f} | {claim} |"


def _timed(page: Page, click: Callable[[], None], *, wanted: Sequence[str], gone: Sequence[str]) -> float:
    page.evaluate(WATCH, [CHART, list(wanted), list(gone)])
    click()
    return float(page.evaluate("() => window.painted"))


def _wait(address: str, server: subprocess.Popen[bytes], seconds: float = 60) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        if server.poll() is not None:
            raise SystemExit(f"{address}: the server has stopped (status {server.returncode}).")
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"{address}: no answer in {seconds:g} s.")


def main() -> None:
    """Compare the two pages and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--clicks", type=int, default=20)
    asked = parser.parse_args()
    print(report(compare(asked.lines, asked.clicks)))


if __name__ == "__main__":
    main()
