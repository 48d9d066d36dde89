"""The founding article, run again: what a district's system would have sent, and what the article says came of it."""
