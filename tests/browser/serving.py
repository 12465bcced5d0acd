"""A dashboard and a browser of our own: each is started for the tests and ended by the one who started it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox: a container's root has none. The rest keeps Chromium itself from calling home.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
START, STOP = 60, 10  # seconds; a cold start on a busy machine takes ten
LAST = 20_000  # bytes of what a dashboard said that are told when a test fails

# `streamlit run`, which on request says what each of its threads is doing
RUN = """
import faulthandler, signal
from streamlit.web.cli import main
if hasattr(faulthandler, "register"):
    faulthandler.register(signal.SIGUSR1)
main()
"""
_running: dict[Path, subprocess.Popen[bytes]] = {}  # by what is written of what they say


def chromium() -> str | None:
    """The path of a Chromium on this machine; None where there is none."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[BrowserContext]:
    """One Chromium without a window; its pages share a cache, so that Streamlit's scripts are read once."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        try:
            yield opened.new_context()
        finally:
            opened.close()


@contextmanager
def dashboard(store: Path) -> Iterator[str]:
    """The address of a dashboard over that store, as `streamlit run dashboard.py` serves it."""
    port = _free_port()
    log = store.parent / "dashboard.log"
    command = [sys.executable, "-c", RUN, "run", "dashboard.py", "--server.port", str(port)]
    environment = {name: value for name, value in os.environ.items() if name != "KEEL_CONFIG"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**environment, "KEEL_STORE": str(store)},
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        _running[log] = process
        try:
            _wait_until_healthy(process, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            del _running[log]
            _stop(process)


def said() -> str:
    """What the dashboards that run said last, and what each of their threads is doing now."""
    for process in _running.values():
        if hasattr(signal, "SIGUSR1"):
            process.send_signal(signal.SIGUSR1)
    time.sleep(0.5)  # until they wrote it
    return "\n\n".join(log.read_bytes()[-LAST:].decode(errors="replace") for log in _running)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the dashboard did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
