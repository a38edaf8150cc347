"""What a document's text says of its own structure: clauses, references, defined terms, parties, dates, languages."""
