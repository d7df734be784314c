"""The parts of all requests and answers: keys, errors, places, pages."""
