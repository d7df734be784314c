"""Routes of the components with which customers connect their Slack or Teams to a product (realtime-knock.md §4.5)."""
