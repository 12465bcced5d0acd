"""Pictures of every page in both themes, on a desk and on a phone: `python -m tests.browser.screenshots FOLDER`."""

import sys
import tempfile
from pathlib import Path

from keel import company
from keel.settings import Settings
from keel.store import Store
from tests.browser import serving
from tests.browser.screen import DESK, PAGES, PHONE, Screen

SIZES = {"desk": DESK, "phone": PHONE}
HEIGHT = "() => document.querySelector('[data-testid=\"stMain\"]').scrollHeight"
PLACES = PAGES | {
    "Drill": "/revenue?path=region%3DSouth&path=segment%3DSmall",
    "Customers-desk": "/customers?part=Win-back+desk",
    "Customers-one": "/customers?customer=C0417",
    "Engagement-time": "/engagement?part=Over+time",
    "Engagement-who": "/engagement?part=Who+answered",
    "Engagement-comments": "/engagement?part=Comments",
}


def take(folder: Path) -> int:
    """Write <page>-<size>-<theme>.png of the sample company, each page to its whole length; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "keel.duckdb"
        with Store(path, Settings()) as store:
            company.load_sample(store)
        with serving.dashboard(path) as address, serving.browser() as browser:
            for theme in ("light", "dark"):
                for size, (width, height) in SIZES.items():
                    screen = Screen(browser, address, theme=theme, size=(width, height))
                    for title, link in PLACES.items():
                        screen.page.set_viewport_size({"width": width, "height": height})
                        screen.open(link)
                        whole = max(height, screen.page.evaluate(HEIGHT))
                        screen.page.set_viewport_size({"width": width, "height": whole})
                        screen.settle().page.screenshot(
                            path=folder / f"{title.lower().replace(' ', '-')}-{size}-{theme}.png"
                        )
                        count += 1
                    screen.close()
    return count


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("python -m tests.browser.screenshots: one folder was expected, to put the pictures in.")
    print(f"{take(Path(sys.argv[1]))} pictures in {sys.argv[1]}")
