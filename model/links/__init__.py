"""Links between distant passages of one document, found by rule in its text alone: for the application and for training."""

from model.links.finding import LinkKind, TextLink, find_links

__all__ = ["LinkKind", "TextLink", "find_links"]
