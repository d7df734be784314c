"""What the suite of Knock's SDK takes for granted."""
