"""Channel steps and routes: which addresses a message reaches, and what holds it or leaves it out."""
