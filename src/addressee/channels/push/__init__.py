"""Push: one notification to one device or browser."""
