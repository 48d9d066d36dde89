"""Real servers on this machine, for the demo and the tests: a Kafka cluster and a mailbox (extra `local`)."""
