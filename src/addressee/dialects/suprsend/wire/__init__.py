"""Parts of every SuprSend request and answer: signatures, errors, query strings, pages."""
