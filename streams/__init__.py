"""Decides who is late: takes every state change of every dossier and works out what is due, what is late, and why."""
