"""``python -m refloat.cli``: the same as ``refloat``."""

from refloat.cli.main import main

main()
