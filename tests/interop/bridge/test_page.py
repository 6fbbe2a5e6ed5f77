"""Every block of the page on pynwb runs; stock hdmf and pynwb are here, unlike in `tests/docs`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_page_on_pynwb_runs() -> None:
    script = ROOT / "docs/run_examples.py"
    page = ROOT / "docs/user/nwb.md"
    done = subprocess.run(
        [sys.executable, str(script), str(page)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "user/nwb.md" in done.stdout
