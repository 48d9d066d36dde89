"""What was written once can be read, and what is written now can be read by who wrote before."""
