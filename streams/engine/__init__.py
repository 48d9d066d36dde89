"""Exactly-once epochs on Faust: the only code that knows Faust and aiokafka."""
