"""Corpora, base weights and fine-tuning. Needs the `training` extra and data that is not part of the repository."""
