"""Visual blocks: what the body of an e-mail is put together from, in the form of Knock's files (engine.md §7)."""
