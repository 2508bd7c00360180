"""Everything that can go wrong, to real processes, under load: `make chaos DURATION=60 SEED=1`."""
