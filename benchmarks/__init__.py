"""What entrepot costs, as ratios within one run. `./dev bench` runs every bench_*.py here.

A ratio stands beside what it is a ratio to, measured in the same run, the two taking turns. They
are read by people: nothing here passes or fails, and no test depends on the speed of a machine.
"""
