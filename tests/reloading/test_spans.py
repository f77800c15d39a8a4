"""A module and the packages that are imported first are one import."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reloading.processes import printed_by

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "shop/__init__.py": "TABLE = {}\n",
    "shop/orders.py": "from shop import TABLE\nTABLE['orders'] = 1\n",
    "shop/broken.py": "from shop import TABLE\nTABLE['broken'] = 1\n1 / 0\n",
}
BEGIN = """
import entrepot
live = entrepot.live(["."])
def save(name, old, new):
    with open(name) as file:
        text = file.read()
    with open(name, "w") as file:
        file.write(text.replace(old, new))
    report = live.apply()
    assert report.is_ok, str(report)
"""


def run(folder: Path, program: str) -> list[str]:
    """Return what a program has printed that begins with the package in a folder."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return printed_by(BEGIN + program, folder)


EDITED = """
import shop.orders
table = shop.TABLE
print(live.base.of(table))
table["by the program"] = 2
save("shop/orders.py", "TABLE['orders'] = 1", "")
print(table)
"""


def test_what_a_module_puts_into_its_package_belongs_to_the_import(tmp_path: Path) -> None:
    assert run(tmp_path, EDITED) == [
        "{'orders': 1}",
        "{'by the program': 2}",
    ]


FAILING = """
try:
    import shop.{name}
except {error}:
    from shop import TABLE
    print(live.base.of(TABLE))
    TABLE["by the program"] = 2
    import shop.orders
    print(live.base.of(TABLE))
"""


@pytest.mark.parametrize(
    ("name", "error", "held"),
    [("missing", "ImportError", {}), ("broken", "ZeroDivisionError", {"broken": 1})],
)
def test_a_package_whose_module_fails_is_over_with_it(
    tmp_path: Path, name: str, error: str, held: dict[str, int]
) -> None:
    said = run(tmp_path, FAILING.format(name=name, error=error))

    assert said == [str(held), str({**held, "orders": 1})]


CLOSED = """
system = live.system
live.close()
import shop.orders
print(system.spanning, live.base.of(shop.TABLE))
"""


def test_a_closed_session_spans_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, CLOSED) == ["None EMPTY"]
