"""An *edit*: new text for some files, as plain data.

The watcher, an editor, a notebook cell, another process and a test hand in the same thing. An
edit can be written as bytes and read again, so that a cluster can send it to its workers.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FORMAT = 1


class Edit:
    r"""New content for files.

    Attributes:
        contents: The new bytes by absolute file name, ``None`` for a file that is gone, such as
            ``{"/app/shop.py": b"RATE = 2\n", "/app/old.py": None}``.
    """

    __slots__ = ("contents",)

    def __init__(self, contents: Mapping[str, bytes | None]) -> None:
        self.contents: dict[str, bytes | None] = dict(contents)

    @classmethod
    def of_files(cls, files: Iterable[str]) -> Edit:
        """Return an edit with what these files hold on disk now."""
        contents: dict[str, bytes | None] = {}
        for file in files:
            try:
                with open(file, "rb") as stream:  # noqa: PTH123 (pathlib is slow to import)
                    contents[file] = stream.read()
            except FileNotFoundError:
                contents[file] = None
        return cls(contents)

    def to_bytes(self) -> bytes:
        """Return the edit as bytes.

        Example:
            >>> edit = Edit({"/m.py": b"x = 1", "/gone.py": None})
            >>> Edit.from_bytes(edit.to_bytes()) == edit
            True
        """
        from entrepot.standard import base64, json

        files = {
            file: None if content is None else base64.b64encode(content).decode()
            for file, content in self.contents.items()
        }
        return json.dumps({"format": FORMAT, "files": files}).encode()

    @classmethod
    def from_bytes(cls, message: bytes) -> Edit:
        """Return the edit that ``to_bytes`` wrote.

        Raises:
            ValueError: The bytes are no edit, or one of another format.
        """
        from entrepot.standard import base64, json

        fields = json.loads(message)
        if not isinstance(fields, dict) or fields.get("format") != FORMAT:
            raise ValueError(f"cannot read the edit: it is not of format {FORMAT}")
        return cls(
            {
                file: None if content is None else base64.b64decode(content)
                for file, content in fields["files"].items()
            }
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Edit) and self.contents == other.contents

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Edit({sorted(self.contents)!r})"
