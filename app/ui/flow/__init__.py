"""Documents without pages of their own as one flowing page: planned in portions, set and laid out where the reader is."""
