"""Shows who keeps their word: figures, rates and rankings read from durable state."""
