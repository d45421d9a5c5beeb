"""`python -m fairday.cli`: the command, where its script is not on the path."""

from fairday.cli import main

main()
