"""Resources of the application: dialects, pages, the dashboard, health, each put under its paths."""
