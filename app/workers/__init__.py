"""The process boundary: document worker, model worker, messages, progress, cancelling."""
