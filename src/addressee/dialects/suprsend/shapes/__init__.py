"""What SuprSend's operations take and give, an area each (suprsend.md §2)."""
