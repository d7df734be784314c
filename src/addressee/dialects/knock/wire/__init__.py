"""What Knock clients send with every request and get with every answer: keys, errors, query strings, pages."""
