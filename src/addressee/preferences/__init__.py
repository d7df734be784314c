"""Whether recipients want to be reached: preference sets, how they lie over each other, and what they decide."""
