"""Changes of feeds, told to the processes that hold people's connections. Nothing correct depends on them."""
