"""Sessions without a browser, each clicking once a second: `python -m benchmarks.sessions APP ADDRESS SESSIONS CLICKS`.

One process and one loop for all of them. Keel and the bare page are asked over Streamlit's websocket, with the
messages a browser sends at the same click; the Dash app over HTTP. A click lasts from the message sent to the last
message of its answer received, the client's own work included. Prints the milliseconds of every click as JSON.
"""

import argparse
import asyncio
import http.client
import json
import random
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from benchmarks import afternoon, generate

EVERY_S = 1.0
ANSWER_S = 60.0
DONE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
KEPT_RUNS = 2  # a browser keeps a message it may be sent by name for so many runs (global.maxCachedMessageAge)
EVENTS = "$$STREAMLIT_INTERNAL_KEY_{}__events"  # the trigger of a component, by the component's id

Path = Sequence[tuple[str, str]]


class Session(Protocol):
    """One person's page: opened, then led from place to place."""

    async def open(self) -> None:
        """Load the page."""

    async def go(self, path: Path) -> None:
        """Click to this place, one step down from here or back to the top; returns when the answer is complete."""


class StreamlitSession:
    """A page over Streamlit's websocket; what it must say at a click is learned from what the server sends."""

    def __init__(self, address: str, page: str) -> None:
        """Nothing is sent before `open`."""
        self.address, self.page = address, page
        self.query = self.script = self.fragment = ""
        self.ids: dict[str, str] = {}  # of the elements, by the key they have in the script
        self.controls: dict[str, WidgetState] = {}
        self.cached: dict[str, int] = {}  # hashes of messages that are kept, with the run that used them last
        self.words: set[str] = set()  # all Markdown of the last answer
        self.drawn: set[str] = set()  # the keys of what it drew
        self.runs = 0
        self.socket: ClientConnection

    async def open(self) -> None:
        """Connect and ask for the page as a browser does."""
        address = f"ws://{urlsplit(self.address).netloc}/_stcore/stream"
        self.socket = await connect(address, subprotocols=["streamlit"], max_size=None, ping_interval=None)  # type: ignore[list-item]
        message = BackMsg()
        message.rerun_script.page_name = self.page
        await self._answered(message)

    async def _click(self, state: WidgetState, *, fragment: str = "", controls: bool = False) -> None:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash, asked.fragment_id = self.query, self.script, fragment
        asked.widget_states.widgets.extend([*(self.controls.values() if controls else []), state])
        asked.cached_message_hashes.extend(hash for hash, run in self.cached.items() if self.runs - run < KEPT_RUNS)
        await self._answered(message)

    async def _answered(self, message: BackMsg) -> None:
        asked = message.rerun_script.context_info
        asked.timezone, asked.locale, asked.color_scheme = "UTC", "en-US", "light"
        asked.url = f"{self.address}/{self.page}"
        self.words.clear()
        self.drawn.clear()
        await self.socket.send(message.SerializeToString())
        async with asyncio.timeout(ANSWER_S):
            while True:
                told = ForwardMsg.FromString(await self.socket.recv(decode=False))
                if told.WhichOneof("type") == "script_finished" and told.script_finished in DONE:
                    self.runs += 1
                    return
                self._learn(told)

    def _learn(self, told: ForwardMsg) -> None:
        kind = told.WhichOneof("type")
        if kind == "new_session":
            self.script = told.new_session.page_script_hash
        elif kind == "navigation":
            self.script = told.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = told.page_info_changed.query_string
        elif kind == "ref_hash":
            self.cached[told.ref_hash] = self.runs
        if told.metadata.cacheable:
            self.cached[told.hash] = self.runs
        if kind != "delta" or told.delta.WhichOneof("type") != "new_element":
            return
        element = told.delta.new_element
        name = element.WhichOneof("type")
        if name == "markdown":
            self.words.add(element.markdown.body)
        found = getattr(element, name or "", None)
        if identity := getattr(found, "id", ""):
            key = identity.split("-", 2)[2]
            self.ids[key] = identity
            self.drawn.add(key)
        if name == "bidi_component" and self.ids.get("drill-bars") == element.bidi_component.id:
            self.fragment = told.delta.fragment_id  # of the bars: what is fetched ahead has one of its own
        elif name == "selectbox":
            state = WidgetState(id=element.selectbox.id)
            state.string_value = element.selectbox.options[element.selectbox.default]
            self.controls[state.id] = state
        elif name == "button_group":
            state = WidgetState(id=element.button_group.id)
            options = [option.content for option in element.button_group.options]
            state.string_array_value.data.extend(options[place] for place in element.button_group.default)
            self.controls[state.id] = state


class KeelSession(StreamlitSession):
    """Keel's Revenue page: a click is the trigger of the drill's component, inside its fragment."""

    def __init__(self, address: str) -> None:
        """The page is Revenue."""
        super().__init__(address, "revenue")

    async def go(self, path: Path) -> None:
        """Click to this place; the address the server answers with must name it."""
        steps = [f"{level}={member}" for level, member in path]
        state = WidgetState(id=EVENTS.format(self.ids["drill-bars"]))
        state.json_trigger_value = json.dumps([{"event": "went", "value": steps}])
        await self._click(state, fragment=self.fragment, controls=True)
        expected = urlencode([("path", step) for step in steps])
        if self.query != expected or "drill-bars" not in self.drawn:
            raise SystemExit(f"Keel drew {sorted(self.drawn)} of {self.query!r}; expected the bars of {expected!r}.")


class BareSession(StreamlitSession):
    """The bare page: a click selects a point of the Plotly chart, or presses the button back to the top."""

    def __init__(self, address: str) -> None:
        """It has one page."""
        super().__init__(address, "")

    async def go(self, path: Path) -> None:
        """Click to this place; the answer must name it."""
        if path:
            level, member = path[-1]
            state = WidgetState(id=self.ids[f"bars-{level}"])
            point = {"curve_number": 0, "point_number": 0, "point_index": 0, "y": member, "label": member}
            state.string_value = json.dumps(
                {"selection": {"points": [point], "point_indices": [0], "box": [], "lasso": []}}
            )
        else:
            state = WidgetState(id=self.ids["None"])  # the one button, which has no key
            state.trigger_value = True
        await self._click(state)
        expected = " › ".join(member for _, member in path)
        if expected not in self.words:
            raise SystemExit(f"The bare page answered with {self.words}; expected {expected!r} in it.")


class DashSession:
    """The Dash app: a click is one request to each of its callbacks, side by side, over connections that are kept."""

    def __init__(self, address: str, threads: ThreadPoolExecutor) -> None:
        """Requests wait in a thread each, beside the loop."""
        self.host, self.threads = urlsplit(address).netloc, threads
        self.connections: dict[str, http.client.HTTPConnection] = {}
        self.outputs: list[str] = []  # of each callback, as the app names them
        self.path: list[tuple[str, str]] = []
        self.clicks = 0

    async def open(self) -> None:
        """Ask for the page, its layout and callbacks, then for its first content."""
        for page in ("/", "/_dash-layout"):
            await self._asked("", "GET", page)
        callbacks = json.loads(await self._asked("", "GET", "/_dash-dependencies"))
        self.outputs = [callback["output"] for callback in callbacks]
        await self._called("", None)

    async def go(self, path: Path) -> None:
        """Click to this place; the answer must name it."""
        if path:
            point = {"curveNumber": 0, "pointNumber": 0, "pointIndex": 0, "y": path[-1][1], "label": path[-1][1]}
            answer = await self._called("bars.clickData", {"points": [point]})
        else:
            self.clicks += 1
            answer = await self._called("back.n_clicks", None)
        self.path = list(path)
        expected, found = " › ".join(member for _, member in path), answer["crumbs"]["children"]
        if found != expected or "bars" not in answer:
            raise SystemExit(f"The Dash app answered with {found!r}; expected {expected!r}.")

    async def _called(self, changed: str, clicked: Any) -> dict[str, Any]:
        """What all callbacks answer to this change, by the id of the element."""
        bodies = {
            output: {
                "output": output,
                "outputs": [
                    dict(zip(("id", "property"), name.rsplit(".", 1), strict=True))
                    for name in output.strip(".").split("...")
                ],
                "inputs": [
                    {"id": "bars", "property": "clickData", "value": clicked},
                    {"id": "back", "property": "n_clicks", "value": self.clicks},
                ],
                "changedPropIds": [changed] if changed else [],
                "parsedChangedPropsIds": [changed] if changed else [],
                "state": [{"id": "path", "property": "data", "value": self.path}],
            }
            for output in self.outputs
        }
        answers = await asyncio.gather(
            *(
                self._asked(output, "POST", "/_dash-update-component", json.dumps(body))
                for output, body in bodies.items()
            )
        )
        return {name: said for answer in answers for name, said in json.loads(answer)["response"].items()}

    async def _asked(self, connection: str, method: str, page: str, body: str | None = None) -> bytes:
        kept = self.connections.setdefault(connection, http.client.HTTPConnection(self.host, timeout=ANSWER_S))

        def ask() -> bytes:
            kept.request(method, page, body, {"Content-Type": "application/json"})
            answer = kept.getresponse()
            content = answer.read()
            if answer.status != http.HTTPStatus.OK:
                raise SystemExit(f"The Dash app answered {page} with {answer.status}; expected 200.")
            return content

        return await asyncio.get_running_loop().run_in_executor(self.threads, ask)


def places(number: int, clicks: int) -> list[Path]:
    """Where a session goes: down to a region, to a segment in it, back to the top, and on to the next ones."""
    found: list[Path] = []
    regions, segments = generate.REGIONS, generate.SEGMENTS
    for turn in range(clicks // 3 + 1):
        region = (afternoon.LEVELS[0], regions[(number + turn) % len(regions)])
        segment = (afternoon.LEVELS[1], segments[(number + turn) % len(segments)])
        found += [[region], [region, segment], []]
    return found[:clicks]


async def clicking(session: Session, number: int, clicks: int, begins: float) -> list[float]:
    """One session from `begins` on, a click a second, later when an answer takes longer; milliseconds of each."""
    taken = []
    for turn, path in enumerate(places(number, clicks)):
        await asyncio.sleep(max(0.0, begins + turn * EVERY_S - time.perf_counter()))
        sent = time.perf_counter()
        await session.go(path)
        taken.append((time.perf_counter() - sent) * 1000)
    return taken


async def load(app: str, address: str, sessions: int, clicks: int) -> list[float]:
    """Open the sessions one after the other, then let all of them click, their starts spread over a second."""
    with ThreadPoolExecutor(2 * sessions) as threads:
        made: dict[str, Any] = {
            "Keel": lambda: KeelSession(address), "bare": lambda: BareSession(address), "Dash": lambda: DashSession(address, threads),
        }  # fmt: skip
        opened: list[Session] = [made[app]() for _ in range(sessions)]
        for session in opened:
            await session.open()
        await asyncio.sleep(EVERY_S)
        now, rng = time.perf_counter(), random.Random(generate.SEED)
        taken = await asyncio.gather(
            *(clicking(session, number, clicks, now + rng.random()) for number, session in enumerate(opened))
        )
    return [milliseconds for one in taken for milliseconds in one]


def main() -> None:
    """Load one server and print what every click took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("app", choices=("Keel", "bare", "Dash"))
    parser.add_argument("address")
    parser.add_argument("sessions", type=int)
    parser.add_argument("clicks", type=int)
    asked = parser.parse_args()
    json.dump(asyncio.run(load(asked.app, asked.address, asked.sessions, asked.clicks)), sys.stdout)


if __name__ == "__main__":
    main()
