"""Parts of every Knock request and answer: keys, user tokens, errors, query strings, pages."""
