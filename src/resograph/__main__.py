"""``python -m resograph`` is the command ``resograph``."""

from resograph.cli import main

main()
