"""``JsonTreeIO``: what ``open_io`` opens for this backend."""

import os
from functools import partial
from pathlib import Path

from example_backend.storage import JsonTreeReader, JsonTreeWriter
from example_backend.tree import load, new_tree
from hdmf_io_core import StorageIO
from hdmf_io_core.durability.beside import new_file
from hdmf_io_core.durability.publish import RenameFile, replace_file
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
        target = Path(path).resolve()
        source, save = str(target), partial(replace_file, target)
        publication = None
        if checked in {"w-", "x"} and target.exists():
            raise SourceExistsError(f"the file exists, mode {mode!r} makes new ones", source=source)
        if checked in {"r", "r+"} and not target.exists():
            raise SourceNotFoundError("there is no such file", source=source)
        if checked == "r":
            storage = JsonTreeReader(load(target, source), source)
        elif starts_anew(checked):
            # Written beside the target; the first successful write takes its place.
            beside = new_file(target)
            storage = JsonTreeWriter(
                new_tree(), source, beside.path.write_bytes, indent=indent, is_new=True
            )
            publication = RenameFile(
                beside,
                reopen=lambda: JsonTreeWriter(load(target, source), source, save, indent=indent),
                replace=checked == "w",
            )
        else:
            is_new = not target.exists()
            tree = new_tree() if is_new else load(target, source)
            storage = JsonTreeWriter(tree, source, save, indent=indent, is_new=is_new)
        super().__init__(storage, checked, manager=manager, publication=publication)
