"""Draw the picture of a terminal that README.md shows: what `entrepot demo` prints, as SVG.

python -m checks.picture        writes docs/demo.svg
"""

from __future__ import annotations

import html
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "demo.svg"
LINE, LEFT, WIDTH = 18, 14, 860
COLOURS = {
    "patch": "#7ee787", "done": "#7ee787", "clear": "#7ee787", "fail": "#ff7b72",
    "still": "#e3b341", "--": "#79c0ff",
}  # fmt: skip


def lines_of_demo() -> list[str]:
    """Return what the demonstration prints; of what the program prints, the first lines."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "entrepot", "demo", "--quick", f"{folder}/demo"],
            capture_output=True,
            text=True,
            check=True,
        )
    text = done.stdout.replace(folder, "~")
    text = re.sub(r"(\d)(\d\d:\d\d:\d\d  )", r"\1\n    \2", text)
    shown: list[str] = []
    for line in text.splitlines():
        is_output = re.match(r"    (hello|good day)", line)
        if line.strip() and not (is_output and shown and re.match(r"    (hello|good)", shown[-1])):
            shown.append(line)
    return shown


def drawn(lines: list[str]) -> str:
    """Return lines as a picture."""
    rows = []
    for number, line in enumerate(lines):
        word = next((word for word in COLOURS if word in line.split()[:2]), "")
        rows.append(
            f'<text x="{LEFT}" y="{(number + 2) * LINE}" fill="{COLOURS.get(word, "#e6edf3")}" '
            f'xml:space="preserve">{html.escape(line)}</text>'
        )
    height = (len(lines) + 2) * LINE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}">\n'
        f'<rect width="100%" height="100%" rx="8" fill="#0d1117"/>\n'
        f'<g font-family="monospace" font-size="13">\n' + "\n".join(rows) + "\n</g>\n</svg>\n"
    )


if __name__ == "__main__":
    PICTURE.write_text(drawn(lines_of_demo()))
    print(f"wrote {PICTURE.relative_to(ROOT)}")
