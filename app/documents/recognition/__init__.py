"""Recognising the words of pages that are pictures: an optional part of reading a PDF, offline, with models from a wheel."""
