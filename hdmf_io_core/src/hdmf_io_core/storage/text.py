"""What text can be stored, and how bytes become text: one rule for wherever text crosses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdmf_io_core.errors import TextEncodingError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["are_plain", "check_text", "decode_text"]


def check_text(
    text: str | bytes, *, charset: str = "utf-8", length: int | None = None, where: str = "the text"
) -> None:
    """Refuse text that would not come back from a file as it is.

    Parameters
    ----------
    text
        One element; bytes stand for text that is not UTF-8.
    charset
        ``utf-8`` or ``ascii``. Bytes are not checked against it.
    length : int or None
        Room in bytes; None for variable length.
    where
        What the element is, for the message: ``element 3``.

    Raises
    ------
    TextEncodingError
        For a lone surrogate, a null character in text of variable length, a character outside
        ASCII, or more bytes than there is room for.
    """
    try:
        data = text.encode(charset) if isinstance(text, str) else text
    except UnicodeEncodeError as error:
        msg = f"{where} cannot be encoded as {charset}: {text[:40]!r} (character {error.start})"
        raise TextEncodingError(msg) from error
    if length is None and b"\0" in data:
        msg = f"{where} holds a null character, where a file would end it: {text[:40]!r}"
        raise TextEncodingError(msg, hint="Remove it, or store bytes as an array of uint8.")
    if length is not None and len(data) > length:
        msg = f"{where} takes {len(data)} bytes, and there is room for {length}: {text[:40]!r}"
        raise TextEncodingError(msg)


def decode_text(data: bytes) -> str | bytes:
    """Return the bytes as text, or unchanged where they are not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data


def are_plain(texts: Sequence[object], charset: str) -> bool:
    """Whether all are exactly ``str``, and storable at variable length: one check for many.

    False does not say which is not; :func:`check_text` does.
    """
    plain = [text for text in texts if type(text) is str]
    if len(plain) != len(texts):
        return False
    try:
        data = "".join(plain).encode(charset)
    except UnicodeEncodeError:
        return False
    return b"\0" not in data
