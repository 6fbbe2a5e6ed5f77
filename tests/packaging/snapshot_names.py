"""Writes `public_names.json`, the snapshot that `test_public_names.py` compares with."""

import importlib
import json
from pathlib import Path

PACKAGES = ("hdmf_io_core", "hdmf_io_hdf5", "hdmf_io_zarr")

if __name__ == "__main__":
    names = {package: sorted(importlib.import_module(package).__all__) for package in PACKAGES}
    snapshot = Path(__file__).with_name("public_names.json")
    snapshot.write_text(json.dumps(names, indent=1) + "\n", encoding="utf-8")
