"""``python -m hdmf_io_core.cli``."""

import sys

from hdmf_io_core.cli import main

sys.exit(main())
