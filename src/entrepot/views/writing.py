"""Write a tree in one of the formats: which there are, and who writes each."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .tree import Tree

#: In the order in which they are named to people.
FORMATS: Sequence[str] = ("text", "json", "html", "speedscope", "chrome", "importtime")


def format_for(file: str) -> str:
    """Return the format that a file's name asks for.

    Example:
        >>> format_for("trace.html"), format_for("trace.json"), format_for("trace.txt")
        ('html', 'json', 'text')
    """
    for suffix, format_ in ((".html", "html"), (".htm", "html"), (".json", "json")):
        if file.endswith(suffix):
            return format_
    return "text"


def written(tree: Tree, format: str) -> str:  # noqa: A002 - what people call it
    """Return a tree in a format.

    Raises:
        ValueError: There is no such format.
    """
    if format == "text":
        from .tree_text import tree_as_text

        return tree_as_text(tree)
    if format == "json":
        from .tree_json import tree_as_json

        return tree_as_json(tree)
    if format == "html":
        from .page import tree_as_page

        return tree_as_page(tree)
    from . import profiles

    if format == "speedscope":
        return profiles.as_speedscope(tree)
    if format == "chrome":
        return profiles.as_chrome(tree)
    if format == "importtime":
        return profiles.as_importtime(tree)
    raise ValueError(f"there is no format {format!r}; there are {', '.join(FORMATS)}")


def write(tree: Tree, file: str, format: str) -> None:  # noqa: A002 - what people call it
    """Write a tree to a file, all of it or nothing.

    Raises:
        ValueError: There is no such format.
        OSError: The file cannot be written.
    """
    text = written(tree, format)
    with open(file, "wb") as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))
