"""``python -m keepdial.cli``."""

import sys

from keepdial.cli import main

sys.exit(main())
