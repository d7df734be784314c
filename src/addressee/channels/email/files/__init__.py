"""Files that go with e-mails: their names, and the types that are allowed."""
