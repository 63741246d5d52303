"""`python -m cxkit` is `cxkit`."""

from cxkit.cli import main

main(prog_name="cxkit")
