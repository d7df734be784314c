"""What the native API has in every request and answer: keys, errors, places, shapes."""
