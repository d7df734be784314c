"""Pages to which Slack and Microsoft send customers' browsers back (realtime-knock.md §4.5)."""
