"""Kernels for NVIDIA GPUs, in Triton: pooling, scoring, selecting, attending forward and backward, auditing.

Nothing here is imported unless the dispatch chose it, so Triton need not be installed. Each kernel has its plain counterpart
outside this folder and a test that compares the two; `TRITON_INTERPRET=1` runs the kernels on a CPU for that.
"""
