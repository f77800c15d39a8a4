"""The commands behind `./dev`: plain Python, standard library only."""
