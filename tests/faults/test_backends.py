"""After every kill, full disk and failing call a file holds the old or the new content."""

import os
from pathlib import Path

import pytest
from scenarios import scenario

from hdmf_io_core.testing.faults import FaultTrial, every_fault

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a run is a forked child")

SCENARIOS = [
    ("new", "a.h5"),
    ("w", "a.h5"),
    ("w twice", "a.h5"),
    ("a", "a.h5"),
    ("transaction", "a.h5"),
    ("export", "a.h5"),
    ("new", "three.zarr"),
    ("w", "three.zarr"),
    ("w twice", "three.zarr"),
    ("a", "three.zarr"),
    ("a", "two.zarr"),
    ("transaction", "two.zarr"),
    ("export", "two.zarr"),
    ("w", "a.zarr.zip"),
]


@pytest.mark.parametrize(("kind", "name"), SCENARIOS)
@pytest.mark.timeout(3600)
def test_old_or_new_content(kind: str, name: str, trials: Path, most: int | None) -> None:
    trial = FaultTrial(scenario(kind, name), trials)
    report = trial.run(every_fault(trial, most=most, seed=len(kind + name)))
    print(report)
    assert not report.failures, str(report)
    assert report.found["old"]
    assert report.found["new"] or most is not None
