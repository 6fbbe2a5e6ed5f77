"""Run the benchmarks and print a table.

``python benchmarks/run.py [--quick] [--json PATH] [--docs PATH] [TOPIC...]``, topics as in
``TOPICS``. With ``--from PATH`` nothing runs: the table is that of an earlier ``--json``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

import bridge
import converting
import opening
import reading
import stores
import structure
import writing
from harness import Result, measure
from report import page, read_json, table, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable

TOPICS = {
    "opening": opening,
    "structure": structure,
    "writing": writing,
    "reading": reading,
    "converting": converting,
    "bridge": bridge,
    "stores": stores,
}


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave the largest cases out")
    parser.add_argument("--json", type=Path, help="write the results to this file too")
    parser.add_argument("--docs", type=Path, help="write the page of the documentation there")
    parser.add_argument("--from", type=Path, dest="found", help="take the results of this file")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=", ".join(TOPICS))
    arguments = parser.parse_args()
    if unknown := set(arguments.topics) - set(TOPICS):
        parser.error(f"there is no topic {', '.join(sorted(unknown))}")
    if arguments.found is None:
        with tempfile.TemporaryDirectory() as folder:
            path = arguments.json or Path(folder) / "results.json"
            write_json(path, run(arguments.topics or TOPICS, quick=arguments.quick), command())
            found = read_json(path)
    else:
        found = read_json(arguments.found)
    print("Files in the page cache (warm); ways run in turn.", found["machine"])
    print()
    print(table([Result(**result) for result in found["results"]]))
    if arguments.docs:
        arguments.docs.write_text(page(found), encoding="utf-8")


def run(topics: Iterable[str], *, quick: bool) -> list[Result]:
    """Run topics, one after the other."""
    results: list[Result] = []
    for topic in topics:
        with tempfile.TemporaryDirectory() as folder:
            for case in TOPICS[topic].cases(Path(folder), quick=quick):
                results += measure(case)
                print(f"done: {case.name}", file=sys.stderr)
    return results


def command() -> str:
    """Return how the figures are made anew, from the root of the project."""
    words = [Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:]]
    return " ".join(["python", "benchmarks/run.py", *words])


if __name__ == "__main__":
    main()
