"""Runs under the interpreter of hdmf-zarr: one JSON request a line, one JSON answer a line.

A request is ``{"command": name, ...arguments}``, an answer ``{"result": ...}`` or
``{"error": [type, text]}``.
"""

import contextlib
import json
import sys
import traceback
import warnings
from typing import Any

import hdmf_zarr
import numcodecs
import zarr
from making import MAKERS
from telling import tell_builders, tell_containers


def versions() -> dict[str, str]:
    """What the peer is."""
    modules = {"hdmf_zarr": hdmf_zarr, "zarr": zarr, "numcodecs": numcodecs}
    return {name: str(module.__version__) for name, module in modules.items()}


def make(name: str, path: str) -> None:
    """Write a store or file of this name."""
    MAKERS[name](path)


COMMANDS: dict[str, Any] = {
    "versions": versions,
    "make": make,
    "builders": tell_builders,
    "containers": tell_containers,
}


def answer(line: str) -> dict[str, Any]:
    """Carry a request out. What is printed and warned meanwhile is not part of the answer."""
    request = json.loads(line)
    try:
        with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = COMMANDS[request.pop("command")](**request)
        said = [f"{warning.category.__name__}: {warning.message}" for warning in caught]
        return {"result": result, "warnings": said}
    except Exception as error:
        traceback.print_exc()
        return {"error": [type(error).__name__, str(error)]}


def main() -> None:
    """Answer until there are no more requests."""
    answers = sys.stdout
    for line in sys.stdin:
        print(json.dumps(answer(line)), file=answers, flush=True)


if __name__ == "__main__":
    main()
