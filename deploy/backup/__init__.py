"""The topics as files, and laid again on an empty cluster, every offset as it was (docs/decisions/0020-backup.md)."""
