"""``hdmf-io info``: what a source is and how much is in it."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hdmf_io_core.cli.exitcodes import ExitCode
from hdmf_io_core.cli.info import element_bytes
from hdmf_io_core.storage.dtypes import (
    ArrayType,
    CompoundField,
    CompoundType,
    ElementType,
    EnumType,
    NumberType,
    OpaqueType,
    RefType,
    TextType,
    VlenType,
)

Run = Callable[..., Any]

F8 = NumberType(np.dtype("f8"))


def test_json_has_the_facts(run: Run, url: str) -> None:
    ran = run("info", url, "--json")
    facts = json.loads(ran.out)
    assert ran.code == ExitCode.OK
    assert facts["backend"] == "memory"
    assert (facts["type"], facts["namespace"]) == ("NWBFile", "core")
    assert facts["nwb_version"] == "2.11.0"
    assert facts["specs"] == {"core": ["2.11.0", "2.9.0"]}
    assert (facts["groups"], facts["arrays"]) == (3, 2)
    assert facts["links"] == {"hard": 1, "soft": 2, "external": 0}
    assert facts["broken_links"] == 1
    assert facts["data_bytes"] == 10 * 4 * 2
    assert facts["arrays_of_variable_size"] == 1


def test_text_has_the_same(run: Run, url: str) -> None:
    rows = [line.split(None, 1) for line in run("info", url).lines[1:]]
    told = {name: value for name, value in rows if name not in {"nwb"}}
    assert told["type"] == "NWBFile (core)"
    assert told["specs"] == "core 2.11.0 2.9.0"
    assert told["links"] == "1 hard, 2 soft, 1 broken"
    assert told["data"] == "80 B before compression and 1 array of variable size"


@pytest.mark.parametrize(
    ("element", "size"),
    [
        (F8, 8),
        (EnumType(np.dtype("i2"), (("A", 0),)), 2),
        (TextType(length=5), 5),
        (TextType(), None),
        (OpaqueType(3), 3),
        (RefType(), None),
        (VlenType(F8), None),
        (ArrayType(F8, (2, 3)), 48),
        (ArrayType(TextType(), (2,)), None),
        (CompoundType((CompoundField("a", F8), CompoundField("b", OpaqueType(1)))), 9),
        (CompoundType((CompoundField("a", F8),), itemsize=16), 16),
        (CompoundType((CompoundField("a", TextType()),), itemsize=16), None),
    ],
)
def test_the_bytes_of_one_element(element: ElementType, size: int | None) -> None:
    assert element_bytes(element) == size
