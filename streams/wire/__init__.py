"""Bytes on one side, whole values on the other: the published contract of every topic."""
