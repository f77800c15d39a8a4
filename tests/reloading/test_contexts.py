"""Context variables that are made anew while contexts have values of them."""

from __future__ import annotations

import contextvars
import threading
from typing import TYPE_CHECKING

import pytest

from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USERS = """
import contextvars
user = contextvars.ContextVar("user", default="nobody")
RATE = 1
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    yield from projects(tmp_path)


def test_a_context_that_another_thread_is_in_refuses_another_default(project: Project) -> None:
    project.write(users=USERS)
    users = project.load("users")
    before, is_in, is_out = users.user, threading.Event(), threading.Event()

    def serve() -> None:
        users.user.set("ada")
        is_in.set()
        is_out.wait()

    thread = threading.Thread(target=contextvars.Context().run, args=(serve,))
    thread.start()
    is_in.wait()
    project.write(users=USERS.replace("nobody", "guest"))
    refused = project.live.apply()
    left = users.user
    is_out.set()
    thread.join()
    applied = project.live.retry()

    assert refused.status == "needs_restart"
    assert refused.reasons == [
        "a ContextVar was made anew, and a context that another thread is in holds the old one"
    ]
    assert left is before
    assert applied.status == "ok"
    assert contextvars.Context().run(users.user.get) == "guest"


def test_an_edit_that_fails_leaves_the_values_of_a_context(project: Project) -> None:
    project.write(users=USERS)
    users = project.load("users")
    before = users.user
    context = contextvars.Context()
    context.run(users.user.set, "ada")
    project.write(users=USERS.replace("nobody", "guest").replace("= 1", "= 1 / 0"))
    failed = project.live.apply()
    is_as_before = list(context.items()) == [(before, "ada")]
    project.write(users=USERS.replace("nobody", "guest"))
    applied = project.live.apply()

    assert (failed.status, applied.status) == ("failed", "ok")
    assert is_as_before
    assert context.run(users.user.get) == "ada"


SET = """
import contextvars
level = contextvars.ContextVar("level", default=0)
told = contextvars.ContextVar("told")
_token = told.set(1)
told.reset(_token)
RATE = 1
"""


def test_a_value_that_an_edit_has_set_is_taken_back_when_it_fails(project: Project) -> None:
    project.write(users=SET)
    users = project.load("users")
    project.write(users=SET.replace("told.set(1)", "told.set(2)") + "1 / 0\n")
    failed = project.live.apply()
    after_failure = contextvars.copy_context()
    project.write(users=SET.replace("told.reset(_token)", "level.set(3)\n1 / 0"))
    again = project.live.apply()
    left = users.level.get()

    assert failed.status == again.status == "failed"
    assert users.told not in after_failure
    assert users.told not in contextvars.copy_context()
    assert left == 0


def test_a_value_that_an_edit_has_changed_is_put_back_when_it_fails(project: Project) -> None:
    project.write(users=USERS)
    users = project.load("users")

    def edit_and_fail() -> str:
        users.user.set("ada")
        project.write(users=USERS + "user.set('eve')\n1 / 0\n")
        assert project.live.apply().status == "failed"
        name: str = users.user.get()
        return name

    assert contextvars.copy_context().run(edit_and_fail) == "ada"
