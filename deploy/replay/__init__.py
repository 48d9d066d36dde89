"""What would be decided: a file of events, or a day of the log, through today's code, with nobody told."""
