"""What the file under a journal held at first, and holds for the next process."""

import os
from pathlib import Path

from hdmf_io_core.durability.recover import recover

OLD = bytes(range(256)) * 41 + b"the end"


def recovered(path: Path) -> bytes:
    """Return what a file holds after the next process has opened it."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        recover(path, descriptor)
    finally:
        os.close(descriptor)
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name]
    return path.read_bytes()
