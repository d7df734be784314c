"""What operations take and give, an area a module (notiflows.md §2, §3)."""
