"""What one edit has made, the next one reaches."""

from __future__ import annotations

import inspect
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    yield from projects(tmp_path)


def test_a_function_that_an_edit_added_is_patched_by_the_next(project: Project) -> None:
    project.write(shop="")
    shop = project.load("shop")
    project.edit(shop="def price(n):\n    return n\n")
    held = shop.price

    project.edit(shop="def price(n):\n    return n * 3\n")

    assert (held(2), shop.price is held) == (6, True)


def test_a_function_that_an_edit_added_moves_with_its_lines(project: Project) -> None:
    project.write(shop="")
    shop = project.load("shop")
    text = "def price(n):\n    return n\n"
    project.edit(shop=f"RATE = 1\n{text}")

    project.edit(shop=f"RATE = 1\n\n# a remark\n{text}")

    assert shop.price.__code__.co_firstlineno == 4
    assert inspect.getsource(shop.price) == text


def test_methods_of_a_class_that_an_edit_added_are_patched_by_the_next(project: Project) -> None:
    project.write(shop="")
    shop = project.load("shop")
    text = "class Cart:\n    def total(self):\n        return {}\n"
    project.edit(shop=text.format(1))
    cart = shop.Cart()

    project.edit(shop=text.format(2))

    assert cart.total() == 2


def test_a_function_whose_statement_ran_in_vain_is_still_reached(project: Project) -> None:
    text = "def decorate(function):\n    return function\n\n@decorate\ndef price(n):\n    return n"
    project.write(shop=f"{text}\n")
    held: Any = project.load("shop").price

    edited = text.replace("return function", "_ = 1\n    return function")
    assert project.edit(shop=f"{edited}\n1 / 0\n").status == "failed"
    project.edit(shop=f"{text} * 5\n")

    assert held(2) == 10


def test_what_cannot_be_imported_is_tried_once(project: Project) -> None:
    text = "try:\n    import here\nexcept ImportError:\n    here = None\nN = {}\n"
    project.write(here="raise ImportError('not on this machine')\n", shop=text.format(0))
    project.load("shop")
    project.edit(shop=text.format(1))

    report = project.edit(shop=text.format(2))

    assert [line.split("  ")[0].rpartition("/")[2] for line in report.ran] == ["shop.py:5"]


def test_a_package_that_cannot_be_imported_is_tried_once(project: Project) -> None:
    text = "try:\n    import here.inner\nexcept ImportError:\n    here = None\nN = {}\n"
    project.write(shop=text.format(0))
    project.load("shop")
    package = project.root / "here"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('not on this machine')\n")
    project.edit(shop=text.format(1))

    report = project.edit(shop=text.format(2))

    assert [line.split("  ")[0].rpartition("/")[2] for line in report.ran] == ["shop.py:5"]


def test_what_cannot_be_imported_is_tried_again_once_it_has_another_text(project: Project) -> None:
    text = "try:\n    import here\nexcept ImportError:\n    here = None\nN = {}\n"
    project.write(here="raise ImportError('not on this machine')\n", shop=text.format(0))
    project.load("shop")
    project.edit(shop=text.format(1))
    ran = []

    for number, reason in enumerate(["not on this machine", "nor here", "nor here"], 2):
        os.utime(project.root, (0, 0))  # no file was made in the folder lately
        project.edit(shop=text.format(10 * number))
        report = project.edit(here=f"raise ImportError({reason!r})\n", shop=text.format(number))
        ran.append([line.split("  ")[0].rpartition(":")[2] for line in report.ran])

    assert ran == [["5"], ["1", "5"], ["5"]]


def test_code_is_that_of_the_whole_text_when_a_name_is_imported_no_more(
    project: Project,
) -> None:
    body = (
        "def held():\n    import textwrap\n"
        "    def inner():\n        return textwrap.dedent(' a')\n    return inner\n"
    )
    project.write(shop="if __name__ == '__main__':\n    import textwrap\n" + body)
    shop = project.load("shop")

    for text in (body, f"import textwrap\n{body}", f"RATE = 1\n{body}"):
        report = project.edit(shop=text)

        names: dict[str, Any] = {}
        exec(compile(text, "whole", "exec"), names)
        assert report.status == "ok", str(report)
        assert shop.held().__code__.co_code == names["held"]().__code__.co_code
