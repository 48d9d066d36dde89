"""Connecting a one-stop system: what is known of each source, and how its exports become events."""
