"""Run the notebooks: what to run, with which values, in which kernels, and what can be reused."""
