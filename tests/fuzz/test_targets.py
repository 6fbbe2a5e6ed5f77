"""A little of ``nox -s fuzz`` in every run: damaged inputs give typed errors, and no others."""

import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from mutations import DEEP, damaged, perverted
from seeds import seeds
from targets import TARGETS, run


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_whole_passes(name: str) -> None:
    for data in seeds(name):
        run(name, data)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=60)
@given(seed=st.integers(0, 1 << 32))
def test_what_is_damaged_raises_typed_errors(name: str, seed: int) -> None:
    random = Random(seed)
    data = random.choice(seeds(name))
    if name == "documents_v2":
        array, _, attributes = data.partition(b"\xff")
        run(name, perverted(array, random) + b"\xff" + attributes)
        run(name, array + b"\xff" + perverted(attributes, random))
    elif name in {"chunk", "pickled"}:
        run(name, data[:1] + damaged(data[1:], random))
    else:
        run(name, perverted(data, random))


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("data", [b"", b"\0", DEEP.encode(), b"null", b'{"a": 1}', b"\xff" * 99])
def test_what_is_nothing_of_the_kind_raises_typed_errors(name: str, data: bytes) -> None:
    run(name, data)
