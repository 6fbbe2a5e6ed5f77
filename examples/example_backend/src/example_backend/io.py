"""``JsonTreeIO``: what ``open_io`` opens for this backend."""

import os
import secrets
from pathlib import Path

from example_backend.storage import JsonTreeReader, JsonTreeWriter
from example_backend.tree import load, new_tree
from hdmf_io_core import StorageIO
from hdmf_io_core.durability.publish import RenameFile
from hdmf_io_core.errors import SourceExistsError, SourceNotFoundError
from hdmf_io_core.io.modes import check_mode, starts_anew


class JsonTreeIO(StorageIO):
    """A JSON tree as an IO; the parameters are those of ``open_io``, and ``indent``."""

    backend = "jsontree"

    def __init__(
        self,
        path: str | os.PathLike[str],
        mode: str = "r",
        manager: object = None,
        *,
        indent: int | None = None,
    ) -> None:
        checked = check_mode(mode)
        target = Path(path).absolute()
        source = str(target)
        publication = None
        if checked in {"w-", "x"} and target.exists():
            raise SourceExistsError(f"the file exists, mode {mode!r} makes new ones", source=source)
        if checked in {"r", "r+"} and not target.exists():
            raise SourceNotFoundError("there is no such file", source=source)
        if checked == "r":
            storage = JsonTreeReader(load(target, source), source)
        elif starts_anew(checked):
            # Written beside the target; the first successful write takes its place.
            beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
            storage = JsonTreeWriter(new_tree(), source, beside, indent)
            publication = RenameFile(
                beside,
                target,
                reopen=lambda: JsonTreeWriter(load(target, source), source, target, indent),
                replace=checked == "w",
            )
        else:
            tree = load(target, source) if target.exists() else new_tree()
            storage = JsonTreeWriter(tree, source, target, indent)
        super().__init__(storage, checked, manager=manager, publication=publication)
