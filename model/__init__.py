"""The model: tokenizer, long-context encoder, importance heads. Knows nothing of the application."""
