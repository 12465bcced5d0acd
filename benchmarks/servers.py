"""The three apps of the comparison, each served by a process of its own from the same lines."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from keel.settings import PROJECT

START_S, STOP_S = 60, 10
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
STREAMLIT = ("--server.address=127.0.0.1", "--server.headless=true", "--browser.gatherUsageStats=false")


@dataclass(frozen=True)
class App:
    """One of the apps: how it is started, and where on its page (selectors) stands what a click changes."""

    name: str
    script: str  # run by Streamlit, or a module that takes the port
    page: str  # the path of the page that is clicked on
    cards: str
    count: int  # of cards
    chart: str
    bar: str  # the largest region, in each the uppermost
    back: str
    number: str
    line: str
    table: str

    def command(self, port: int) -> list[str]:
        """What starts it on this port."""
        if self.script.endswith(".py"):
            return [sys.executable, "-m", "streamlit", "run", self.script, f"--server.port={port}", *STREAMLIT]
        return [sys.executable, "-m", self.script, str(port)]


KEEL = App(
    name="Keel", script="dashboard.py", page="revenue", cards=".st-key-cards-5-revenue .keel-value", count=5,
    chart=".st-key-drill-chart", bar=".st-key-drill-chart .keel-bar >> nth=0", back=".keel-bars-back",
    number=".st-key-drill-path .keel-value", line=".st-key-drill-trend", table='[class*="st-key-drill-table"]',
)  # fmt: skip
BARE = App(
    name="bare", script="benchmarks/bare.py", page="", cards='[data-testid="stMetricValue"]', count=5,
    chart=".st-key-drill-chart", bar=".st-key-drill-chart .barlayer .point path >> nth=-1",
    back=".st-key-drill-path button >> nth=0", number='[data-testid="stMetricValue"]', line=".st-key-trend",
    table='[data-testid="stDataFrame"]',
)  # fmt: skip
DASH = App(
    name="Dash", script="benchmarks.dashed", page="", cards="#numbers .value", count=5,
    chart="#bars", bar="#bars .barlayer .point path >> nth=-1", back="#back", number="#numbers .value", line="#trend",
    table="#table",
)  # fmt: skip


@dataclass(frozen=True)
class Server:
    """An app that answers: its address and the number of its process."""

    address: str
    process: int

    @property
    def memory(self) -> float | None:
        """MiB it holds at the moment; None on a system that does not tell."""
        status = Path(f"/proc/{self.process}/status")
        if not status.exists():
            return None
        found = re.search(r"^VmRSS:\s+(\d+) kB", status.read_text(), re.MULTILINE)
        return int(found[1]) / 1024 if found else None


def chromium() -> str | None:
    """The path of a Chromium on this machine; None where there is none."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), None)


def has_dash() -> bool:
    """Whether this interpreter can run the Dash app."""
    return all(find_spec(module) is not None for module in ("dash", "waitress"))


@contextmanager
def served(app: App, environment: dict[str, str], log: Path) -> Iterator[Server]:
    """The app on a free port of this machine, from the moment it answers; stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with log.open("w") as written:
        process = subprocess.Popen(
            app.command(port), cwd=PROJECT, env={**os.environ, **environment}, stdout=written, stderr=subprocess.STDOUT
        )
        try:
            _wait(address, app, process, log)
            yield Server(address, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(timeout=STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(address: str, app: App, process: subprocess.Popen[bytes], log: Path) -> None:
    health = f"{address}/_stcore/health" if app.script.endswith(".py") else address
    until = time.perf_counter() + START_S
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise SystemExit(f"{app.name}: the server has stopped (status {process.returncode}).\n{log.read_text()}")
        try:
            with urllib.request.urlopen(health, timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"{app.name}: no answer in {START_S} s.\n{log.read_text()}")
