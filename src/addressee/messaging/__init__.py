"""The messaging room: what recipients get."""
