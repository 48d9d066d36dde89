"""Runs it: settings, composition, the command line, the local cluster, and the files that run the product elsewhere."""
