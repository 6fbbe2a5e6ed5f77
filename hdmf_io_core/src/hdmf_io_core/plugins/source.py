"""What the user gave, told apart: a path, a URL, an open file object, or another object.

Looks at the value only; the file system is asked in ``probe``.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Literal

from hdmf_io_core.errors import SourceNotFoundError

__all__ = ["Source"]

# At least two letters: a single one is a Windows drive. Chains as of fsspec ("zip::s3://...") count
# by the last scheme, which is where the bytes are.
_URL = re.compile(r"(?:[a-z0-9+.-]+::)*([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_DRIVE = re.compile(r"/[a-z]:", re.IGNORECASE)
_LOCAL_HOSTS = ("", "localhost")


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be opened, normalised.

    Attributes
    ----------
    given
        What the IO class is handed: a path or URL as ``str``, else the user's own object.
    kind
        ``path``, ``url``, ``file`` (has ``read`` and ``seek``), or ``object``.
    location
        How messages call it.
    name
        The part that a suffix is looked for in; empty for objects without a name.
    scheme
        Lower-case URL scheme; empty unless ``kind`` is ``url``.
    type_names
        ``"module:Class"`` of each class in the object's MRO; empty for paths and URLs.
    """

    given: object
    kind: Literal["path", "url", "file", "object"]
    location: str
    name: str = ""
    scheme: str = ""
    type_names: tuple[str, ...] = ()

    @classmethod
    def of(cls, source: object) -> Source:
        """Normalise what the user gave.

        Parameters
        ----------
        source : str, bytes, os.PathLike, file-like or any object
            URLs with the scheme ``file`` become local paths. The caller keeps and closes objects.

        Raises
        ------
        SourceNotFoundError
            A ``file`` URL names another host.
        """
        if isinstance(source, (str, bytes, os.PathLike)):
            return _from_text(os.fsdecode(source))
        types = tuple(f"{c.__module__}:{c.__qualname__}" for c in type(source).__mro__)
        named = getattr(source, "name", None)
        name = named if isinstance(named, str) else ""
        is_file = hasattr(source, "read") and hasattr(source, "seek")
        shown = f"<{type(source).__name__} {name}>" if name else f"<{type(source).__name__}>"
        return cls(source, "file" if is_file else "object", shown, name, "", types)


def _from_text(text: str) -> Source:
    """Tell a path from a URL."""
    match = _URL.match(text)
    if match is None:
        return Source(text, "path", text, text)
    scheme = match.group(1).lower()
    if scheme == "file" and match.start(1) == 0:
        path = _local_path(text)
        return Source(path, "path", path, path)
    # A query or fragment is no part of the name ("x.nwb?versionId=1").
    name = re.split(r"[?#]", text[match.end() :], maxsplit=1)[0]
    return Source(text, "url", text, name, scheme)


def _local_path(url: str) -> str:
    """Turn a ``file`` URL into a path of this machine (RFC 8089)."""
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    if parts.netloc.lower() not in _LOCAL_HOSTS:
        msg = f"the URL names the host {parts.netloc!r}, not a file of this machine"
        raise SourceNotFoundError(
            msg,
            source=url,
            hint="Write the path with three slashes after the colon, or mount the host's folder.",
        )
    # A "#" or "?" in a file name is legal and often left unquoted; nothing else can be meant.
    tail = "".join(
        mark + part for mark, part in (("?", parts.query), ("#", parts.fragment)) if part
    )
    path = unquote(parts.path + tail)
    return path[1:] if _DRIVE.match(path) else path
