"""Runs scenes, renders their summaries, takes pictures of the pages and measures them. Everything once."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from tests.scenario.conftest import Bench
from tests.visual import github
from tests.visual.browser import Browser
from tests.visual.github import Theme
from tests.visual.scenes import SCENES

MEASURE = (Path(__file__).parent / "measure.js").read_text("utf-8")
README_SCENE = "failing"
# The README's picture ends below the first table (pixels).
README_MARGIN = 24
# Pixels, as wide as a summary is on a desk and on a phone.
DESK, PHONE = 1012, 390


@dataclass(frozen=True)
class Place:
    """Where a text is: pixels from the top, and whether it can be seen without unfolding."""

    visible: bool
    top: int


@dataclass(frozen=True)
class Sight:
    """What is seen of a page: see measure.js."""

    width: int
    scroll_width: int
    height: int
    cut_off: list[str]
    headings: list[int]
    diagrams: int
    failed_diagrams: list[str]
    labels: list[tuple[str, float]]
    places: dict[str, Place | None]
    text: str
    running: list[str]
    links: list[str]


@dataclass
class Studio:
    """Pictures and pages go into `folder`, where the style and Mermaid are installed."""

    browser: Browser
    folder: Path
    scratch: Path
    _summaries: dict[str, str] = field(default_factory=dict)
    _sights: dict[tuple[str, int, Theme], Sight] = field(default_factory=dict)

    def summary(self, name: str) -> str:
        """The summary of a scene."""
        if name not in self._summaries:
            bench = Bench(Path(mkdtemp(dir=self.scratch)))
            try:
                self._summaries[name] = SCENES[name].summary(bench)
            finally:
                bench.close()
            (self.folder / f"{name}.md").write_text(self._summaries[name], "utf-8")
        return self._summaries[name]

    def sight(self, name: str, width: int, theme: Theme = "light") -> Sight:
        """What is seen of a scene's summary; leaves `<name>-<width>.png`, with `-dark` where it is."""
        key = (name, width, theme)
        if key not in self._sights:
            suffix = "-dark" if theme == "dark" else ""
            self._sights[key] = self.look(self.summary(name), width, SCENES[name].seen, theme, f"{name}{suffix}")
            self.browser.picture(self.folder / f"{name}-{width}{suffix}.png")
        return self._sights[key]

    def look(
        self, markdown: str, width: int, texts: tuple[str, ...] = (), theme: Theme = "light", name: str = "try"
    ) -> Sight:
        """What is seen of any summary; leaves its page open."""
        page = self.folder / f"{name}.html"
        page.write_text(github.page(markdown, theme, name), "utf-8")
        self.browser.show(page, width)
        seen = self.browser.ask(f"({MEASURE})({json.dumps(texts)})")
        places = {text: place and Place(**place) for text, place in seen.pop("places").items()}
        return Sight(places=places, **seen)

    def for_readme(self, theme: Theme) -> Path:
        """The picture that the README shows, in one of the two themes: verdict, failures and the first table."""
        name = f"{README_SCENE}-dark" if theme == "dark" else README_SCENE
        self.look(self.summary(README_SCENE), DESK, (), theme, name)
        bottom = self.browser.ask("document.querySelector('table').getBoundingClientRect().bottom + scrollY")
        path = self.folder / f"summary-{theme}.png"
        self.browser.picture(path, highest=round(bottom) + README_MARGIN)
        return path
