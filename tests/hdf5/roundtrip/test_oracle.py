"""The model shows what another describer, who knows nothing of this project, found in each file."""

from pathlib import Path

import pytest
from files import DATA, FILES, bring
from oracle import oracle_differences

from hdmf_io_hdf5 import HDF5IO


@pytest.mark.parametrize("name", FILES)
def test_model_agrees_with_the_oracle(name: str, tmp_path: Path) -> None:
    with HDF5IO(bring(name, tmp_path)) as io:
        assert oracle_differences(io, DATA / f"{name}.oracle.json") == []


def test_oracle_of_another_file_does_not_agree(tmp_path: Path) -> None:
    with HDF5IO(bring("nwb/links_src.nwb", tmp_path)) as io:
        assert oracle_differences(io, DATA / "nwb/ophys_full.nwb.oracle.json")
