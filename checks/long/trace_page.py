"""The page of a trace in a real browser: search, sort, zoom, keys, no request, 5,000 modules.

A program of 5,000 modules is traced into a page, the page is opened from its file in a headless
Chromium, and used: each step's effect is read back from the page, and its CPU time taken. The
browser is driven through its own debugging protocol over a pipe: nothing but Chromium is needed.

    ./dev long trace_page

BROWSER=/path/to/chromium chooses the browser, PICTURES=folder keeps pictures of the page.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, environment

MODULES = 5_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
#: Milliseconds of CPU that a step may take in the page: a wait of less than 100 is not seen.
MOST = 100.0


class Browser:
    """A headless Chromium with one page."""

    def __init__(self, program: str, folder: str) -> None:
        to_browser, ours_out = os.pipe()
        ours_in, from_browser = os.pipe()
        # The browser reads descriptor 3 and writes 4; os.dup2 must not run over one of the four.
        command = (
            f"exec {program} --headless=new --no-sandbox --disable-gpu --remote-debugging-pipe "
            f"--no-first-run --user-data-dir={folder} "
            f"3<&{to_browser} 4>&{from_browser}"
        )
        self._process = subprocess.Popen(
            ["bash", "-c", command],
            pass_fds=(to_browser, from_browser),
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._out, self._in = os.fdopen(ours_out, "wb"), os.fdopen(ours_in, "rb")
        self._number = 0
        self._session: str | None = None
        self.requests: list[str] = []
        self.faults: list[str] = []

    def open(self, url: str, has_begun: str) -> None:
        """Open a page, and wait until a JavaScript expression is true in it."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Network", "Runtime", "Page", "Log"):
            self.call(f"{domain}.enable")
        # The page's own CPU time: on a busy machine the clock would tell of other programs.
        self.call("Performance.enable", timeDomain="threadTicks")
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=1440, height=960, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        self.call("Page.navigate", url=url)
        for _ in range(600):
            if self.value(f"document.readyState === 'complete' && ({has_begun})"):
                return
        raise AssertionError("the page did not begin")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result; note what happens meanwhile."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._out.write(json.dumps(message).encode() + b"\0")
        self._out.flush()
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def _read(self) -> dict[str, Any]:
        parts = bytearray()
        while (letter := self._in.read(1)) != b"\0":
            if not letter:
                raise AssertionError("the browser ended")
            parts += letter
        found: dict[str, Any] = json.loads(parts)
        return found

    def _note(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        if event.get("method") == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif event.get("method") == "Runtime.exceptionThrown":
            self.faults.append(json.dumps(params["exceptionDetails"])[:500])
        elif event.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.faults.append(params["entry"]["text"])

    def value(self, expression: str) -> Any:
        """Return what a JavaScript expression is worth in the page; promises are waited for."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def cpu(self, expression: str) -> float:
        """Return the milliseconds of CPU that the page's thread takes for an expression."""
        before = self._cpu_so_far()
        self.value(expression)
        return 1000 * (self._cpu_so_far() - before)

    def _cpu_so_far(self) -> float:
        metrics = self.call("Performance.getMetrics")["metrics"]
        return float(next(m["value"] for m in metrics if m["name"] == "TaskDuration"))

    def press(self, key: str, text: str = "") -> None:
        """Press a key."""
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, text=text if "Down" in kind else ""
            )

    def type(self, words: str) -> None:
        """Type words into what has the focus."""
        self.call("Input.insertText", text=words)

    def picture(self, file: Path) -> None:
        """Keep a picture of the page."""
        taken = self.call("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(taken["data"]))

    def close(self) -> None:
        """End the browser."""
        self._out.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._in.close()


def program_of(modules: int, folder: Path) -> Path:
    """Write a program of so many modules: packages of 50, each imported by the one before."""
    packages = modules // 50
    for number in range(packages):
        package = folder / f"pack{number:03}"
        package.mkdir(parents=True)
        names = [f"part{n:02}" for n in range(49)]
        lines = [f"from . import {name}" for name in names]
        if number + 1 < packages and number % 10 != 9:
            lines.append(f"import pack{number + 1:03}")
        (package / "__init__.py").write_text("\n".join(lines) + "\n")
        for name in names:
            (package / f"{name}.py").write_text(f"VALUE = {number}\n")
    main = folder / "main.py"
    main.write_text("".join(f"import pack{n:03}\n" for n in range(0, packages, 10)))
    return main


def page_of(main: Path) -> Path:
    """Trace a program and return the page."""
    page = main.with_name("trace.html")
    subprocess.run(
        [sys.executable, "-m", "entrepot", "trace", "-o", str(page), str(main)],
        env={**environment(), "PYTHONPATH": str(ROOT / "src")},
        check=True,
    )
    return page


#: Draws frames, each of another part of the time.
DRAW = """(() => {
  for (let at = 0; at < 20; at++) {
    chart.from = chart.end * at / 50;
    chart.until = chart.end * (1 - at / 50);
    drawNow();
  }
  chart.from = 0; chart.until = chart.end;
  drawNow();
})()"""


def use(browser: Browser, pictures: Path | None) -> list[tuple[str, float]]:
    """Use the page as a person would; return the milliseconds of CPU of what takes time."""
    times: list[tuple[str, float]] = []
    assert browser.value("imports.length") == MODULES, browser.value("imports.length")
    assert browser.value("document.querySelectorAll('.rows .row').length") < 100
    times.append(("draw a frame", browser.cpu(DRAW) / 21))

    # Search: the slash goes there, words are found in names, files and statements.
    browser.press("/")
    assert browser.value("document.activeElement.id") == "search"
    browser.type("pack042.part07")
    assert browser.value("list.shown.map(node => node.name)") == ["pack042.part07"]
    assert browser.value("document.getElementById('count').textContent") == "1 of 5,000 imports"
    assert browser.value("document.querySelector('.rows mark').textContent") == "pack042.part07"
    times.append(("search", browser.cpu("change({query: 'part1'})")))
    assert browser.value("list.shown.length") == 1_000
    browser.value("search.value = ''; change({query: ''})")

    # Sort: by a click on a column, and again the other way.
    head = "document.querySelectorAll('#columns button')[0].click()"
    times.append(("sort", browser.cpu(head)))
    assert browser.value("list.shown[0].name") == "pack000"
    assert browser.value("document.querySelector('#columns [aria-sort=ascending]') !== null")
    browser.value(head)
    assert browser.value("list.shown[0].name") == "pack099.part48"

    # Scroll: the rows in view are those of that place.
    browser.value("table.scrollTop = 32 * 2500; drawRows()")
    assert browser.value("[...list.drawn.keys()].includes(2505)")

    # Zoom: by a click in the chart, by keys, and back.
    browser.value("isStill.matches || 0; zoomTo(imports.find(n => n.name === 'pack011'))")
    settled = "new Promise(done => setTimeout(done, 400))"
    browser.value(settled)
    shown = "(chart.until - chart.from) / chart.end"
    assert browser.value(shown) < 0.3
    assert browser.value("document.getElementById('crumbs').textContent").endswith("pack011")
    browser.value("canvas.focus(); choose(imports.find(n => n.name === 'pack012'))")
    before = browser.value("state.chosen.name")
    browser.press("ArrowUp")
    assert (before, browser.value("state.chosen.name")) == ("pack012", "pack011")
    browser.press("Escape")
    browser.value(settled)
    assert browser.value(shown) == 1
    browser.value("document.getElementById('zoom-in').click()")
    browser.value(settled)
    assert abs(browser.value(shown) - 0.5) < 0.01
    browser.press("Escape")
    browser.value(settled)

    if pictures is not None:
        browser.picture(pictures / "trace-light.png")
        browser.value("choose(byOwn[0]); setTheme(true)")
        browser.picture(pictures / "trace-dark.png")
    return times


def browser_here() -> str | None:
    """Return the Chromium of this machine, None if there is none."""
    return os.environ.get("BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)


def main() -> int:
    """Trace, open, use; print what it took."""
    found = browser_here()
    if found is None:
        print("left out: there is no Chromium on this machine")
        return 0
    kept = os.environ.get("PICTURES")
    with tempfile.TemporaryDirectory() as folder:
        page = page_of(program_of(MODULES, Path(folder, "program")))
        print(f"{MODULES:,} modules make a page of {page.stat().st_size / 1e6:.1f} MB", flush=True)
        browser = Browser(found, str(Path(folder, "profile")))
        try:
            browser.open(page.as_uri(), "typeof facts === 'object'")
            times = use(browser, Path(kept) if kept else None)
        finally:
            browser.close()
    elsewhere = [url for url in browser.requests if not url.startswith(("file:", "data:"))]
    for what, time in times:
        print(f"{what:14}{time:8.1f} ms{'' if time <= MOST else '   more than 100'}")
    print(f"requests to elsewhere: {len(elsewhere)}; errors in the page: {len(browser.faults)}")
    for line in [*elsewhere, *browser.faults]:
        print(f"  {line}")
    return 1 if elsewhere or browser.faults else 0


if __name__ == "__main__":
    sys.exit(main())
