"""`python -m argo`: the command line."""

import sys

from argo.cli import main

sys.exit(main())
