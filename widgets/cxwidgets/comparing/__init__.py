"""Two sides, picked and compared."""
