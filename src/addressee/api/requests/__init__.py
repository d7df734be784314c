"""Parts of requests: bodies, query strings, and keys of repetition."""
