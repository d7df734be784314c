"""One person on one page, and what an operator can do to them."""
