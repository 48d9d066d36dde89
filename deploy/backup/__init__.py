"""The topics as files, and laid again on an empty cluster, every offset as it was (docs/decisions/0022-backup.md)."""
