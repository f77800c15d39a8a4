"""Edits whose files are named by links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot import Edit
from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    (tmp_path / "app").mkdir()
    yield from projects(tmp_path / "app")


def test_an_edit_by_the_name_of_a_linked_folder_is_taken(project: Project) -> None:
    project.write(shop="RATE = 1\n")
    shop = project.load("shop")
    link = project.root.parent / "current"
    link.symlink_to(project.root)
    project.write(shop="RATE = 2\n")

    report = project.live.apply(Edit.of_files([str(link / "shop.py")]))

    assert report.status == "ok"
    assert shop.RATE == 2


def linked(project: Project) -> tuple[object, Path]:
    project.write(slow="RATE = 1\n")
    link = project.file("fast")
    link.symlink_to(project.file("slow"))
    return project.load("fast"), link


def test_a_module_whose_link_is_gone_needs_a_restart(project: Project) -> None:
    fast, link = linked(project)
    link.unlink()

    report = project.live.apply(Edit.of_files([str(link)]))

    assert report.status == "needs_restart"
    assert report.reasons == [f"fast was imported by the link {link}, which leads elsewhere now"]
    assert vars(fast)["RATE"] == 1


def test_a_module_whose_link_leads_elsewhere_needs_a_restart(project: Project) -> None:
    _, link = linked(project)
    project.write(other="RATE = 3\n")
    link.unlink()
    link.symlink_to(project.file("other"))

    report = project.live.apply(Edit.of_files([str(link)]))

    assert report.status == "needs_restart"


def test_a_module_that_was_imported_by_a_link_is_edited_by_either_name(project: Project) -> None:
    fast, link = linked(project)
    for rate, file in ((2, link), (3, project.file("slow"))):
        file.write_text(f"RATE = {rate}\n")

        assert project.live.apply(Edit.of_files([str(file)])).status == "ok"
        assert vars(fast)["RATE"] == rate
