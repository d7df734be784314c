"""Amazon Web Services: signed requests, and what several types of channel send through them."""
