"""Between the documents of clients and those that are stored."""
