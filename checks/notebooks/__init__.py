"""Notebooks in real kernels: what the long check and the benchmark share."""
