"""What a workflow would do: previews are made from files alone, simulations of what is stored."""
