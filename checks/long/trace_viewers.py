"""A trace in other people's viewers: tuna, speedscope, and what reads Chrome's format.

One run of `import pandas` is written in every format, so that all can be held against its JSON:

* `importtime` is parsed by tuna: the same modules, the same parents, the same times;
* `speedscope` is validated against the schema of its file format, and opened by speedscope itself
  in a headless Chromium, as is `chrome`; speedscope must show as many frames as there are modules;
* `chrome` is what Perfetto reads: complete events (`ph` `X`), of which those of one thread lie
  inside each other or apart.

    ./dev long trace_viewers

npm brings speedscope; without npm or Chromium that part is left out. PICTURES=folder keeps
pictures.
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
from benchmarks.packages import environment_with
from checks.long.trace_page import Browser, browser_here

FORMATS = ("json", "importtime", "speedscope", "chrome")
TRACED = """\
import sys, entrepot
with entrepot.trace() as trace:
    import pandas
for format in sys.argv[2:]:
    trace.write(f"{sys.argv[1]}/trace.{format}", format)
"""
TUNA = """\
import json, sys
from tuna._import_profile import read_import_profile
rows = []
def walk(node, parent):
    for child in node.get("children", ()):
        name = child["text"][0]
        rows.append([name, parent, child.get("value", 0)])
        walk(child, name)
walk(read_import_profile(sys.argv[1]), None)
print(json.dumps(rows))
"""
VALID = """\
import json, sys, jsonschema
schema, document = (json.load(open(file)) for file in sys.argv[1:])
jsonschema.validate(document, schema)
"""


def written(python: Path, folder: Path) -> dict[str, Any]:
    """Write a trace in every format; return its JSON."""
    subprocess.run(
        [str(python), "-c", TRACED, str(folder), *FORMATS],
        env={**environment(), "PYTHONPATH": str(ROOT / "src")},
        check=True,
    )
    facts: dict[str, Any] = json.loads((folder / "trace.json").read_text())
    return facts


def tuna_agrees(python: Path, folder: Path, facts: dict[str, Any]) -> bool:
    """Compare what tuna makes of the text with the trace."""
    command = [str(python), "-c", TUNA, str(folder / "trace.importtime")]
    rows = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    names = {node["number"]: node["name"] for node in facts["imports"]}
    ours = {(n["name"], names.get(n["parent"])) for n in facts["imports"]}
    theirs = {(name, parent) for name, parent, _ in rows}
    other = len(ours ^ theirs)
    total, of_tuna = sum(n["own"] for n in facts["imports"]) / 1e9, sum(r[2] for r in rows)
    print(
        f"tuna: {len(rows)} imports for {len(facts['imports'])}, {other} with another parent, "
        f"{of_tuna:.4f} s for {total:.4f} s"
    )
    return not other and abs(of_tuna / total - 1) < 0.01  # it rounds to microseconds


def chrome_is_nested(folder: Path, facts: dict[str, Any]) -> bool:
    """Tell whether the events of a thread lie inside each other, one for each import."""
    document = json.loads((folder / "trace.chrome").read_text())
    events = [event for event in document["traceEvents"] if event["ph"] == "X"]
    crossing = 0
    for thread in {event["tid"] for event in events}:
        open_until: list[float] = []
        own = [e for e in events if e["tid"] == thread]
        for event in sorted(own, key=lambda e: (e["ts"], -e["dur"])):
            while open_until and open_until[-1] <= event["ts"]:
                open_until.pop()
            crossing += bool(open_until) and event["ts"] + event["dur"] > open_until[-1] + 0.001
            open_until.append(event["ts"] + event["dur"])
    print(f"chrome: {len(events)} events for {len(facts['imports'])} imports, {crossing} crossing")
    return len(events) == len(facts["imports"]) and not crossing


def speedscope_here(folder: Path) -> Path | None:
    """Return the folder of speedscope's page, brought by npm; None where there is no npm."""
    if shutil.which("npm") is None:
        return None
    command = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "speedscope"]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "node_modules" / "speedscope" / "dist" / "release"


def speedscope_shows(release: Path, folder: Path, kind: str, program: str) -> bool:
    """Open a file in speedscope; tell whether it shows it."""
    content = base64.b64encode((folder / f"trace.{kind}").read_bytes()).decode()
    loader = folder / f"{kind}.js"
    loader.write_text(f"speedscope.loadFileFromBase64('trace.json', '{content}')")
    browser = Browser(program, str(folder / f"profile-{kind}"))
    try:
        url = f"{(release / 'index.html').as_uri()}#localProfilePath={loader}"
        # Until it has a file it shows how to choose one; then its title is the profile's.
        browser.open(url, "/ - speedscope/.test(document.title)")
        shown = browser.value("document.title")
        kept = os.environ.get("PICTURES")
        if kept:
            browser.picture(Path(kept, f"speedscope-{kind}.png"))
    finally:
        browser.close()
    print(f"speedscope opens {kind}: {shown!r}, {len(browser.faults)} errors")
    return not browser.faults


def main() -> int:
    """Hold every format against its viewer."""
    python = environment_with(["pandas", "tuna", "jsonschema"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        facts = written(python, folder)
        good = [tuna_agrees(python, folder, facts), chrome_is_nested(folder, facts)]
        release, program = speedscope_here(folder), browser_here()
        if release is None or program is None:
            print("speedscope is left out: there is no npm, or no Chromium")
            return 0 if all(good) else 1
        schema = str(release / "file-format-schema.json")
        command = [str(python), "-c", VALID, schema, str(folder / "trace.speedscope")]
        good.append(subprocess.run(command, check=False).returncode == 0)
        print(f"speedscope's schema: {'valid' if good[-1] else 'not valid'}")
        good += [speedscope_shows(release, folder, k, program) for k in ("speedscope", "chrome")]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
