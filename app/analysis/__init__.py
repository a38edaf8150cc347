"""Document in, `Analysis` out. The only room that calls the model."""
