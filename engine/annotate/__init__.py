"""The data flywheel: a pool of pictures, a machine that annotates them, people asked only where it is weak."""
