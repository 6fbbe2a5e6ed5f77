"""Run the benchmarks and print a table.

``python benchmarks/run.py [--quick] [--json PATH] [TOPIC...]``, topics as in ``TOPICS``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import bridge
import converting
import opening
import reading
import stores
import structure
import writing
from harness import machine, measure, table, write_json

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
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=", ".join(TOPICS))
    arguments = parser.parse_args()
    if unknown := set(arguments.topics) - set(TOPICS):
        parser.error(f"there is no topic {', '.join(sorted(unknown))}")
    results = []
    for topic in arguments.topics or TOPICS:
        with tempfile.TemporaryDirectory() as folder:
            for case in TOPICS[topic].cases(Path(folder), quick=arguments.quick):
                results += measure(case)
                print(f"done: {case.name}", file=sys.stderr)
    print("Files in the page cache (warm); ways run in turn.", machine())
    print()
    print(table(results))
    if arguments.json:
        write_json(arguments.json, results)


if __name__ == "__main__":
    main()
