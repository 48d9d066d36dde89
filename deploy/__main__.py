"""`python -m deploy` is `dunghan`, for the processes that one of ours starts."""

from deploy.cli import main

main(prog_name="dunghan")
