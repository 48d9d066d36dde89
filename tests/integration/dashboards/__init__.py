"""Requirements of the scoreboard, as sentences."""
