"""The register (sổ theo dõi hồ sơ): every dossier of one partition, what is due next, and what must be said of it."""
