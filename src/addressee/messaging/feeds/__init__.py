"""In-app feeds: pages with counts, and marks on items."""
