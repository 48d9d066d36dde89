"""The second pair of eyes: reads the log plainly, runs it again, and says where the topics hold something else."""
