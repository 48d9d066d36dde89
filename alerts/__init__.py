"""Tells those who can act: one mail for one person at one time, never twice, and provably."""
