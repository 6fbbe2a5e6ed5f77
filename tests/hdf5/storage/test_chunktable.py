"""What the index of a damaged file says of its chunks."""

from types import SimpleNamespace
from typing import Any

import pytest

from hdmf_io_core.errors import CorruptFileError
from hdmf_io_hdf5.chunktable import ChunkTable


@pytest.mark.parametrize("offset", [8, 1 << 60])
def test_a_chunk_outside_the_dataset_is_refused(offset: int) -> None:
    info = SimpleNamespace(chunk_offset=(offset,), byte_offset=0, size=4, filter_mask=0)
    dsid: Any = SimpleNamespace(chunk_iter=lambda visit: visit(info))
    with pytest.raises(CorruptFileError, match="outside the dataset"):
        ChunkTable(dsid, (8,), (4,))
