"""What ships with the program: weights, tokenizer, tags, icons and examples. Read through `importlib.resources`."""
