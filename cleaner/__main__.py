"""`python -m cleaner` is the command line."""

from .cli import main

main()
