"""Failover: sends that their channel cannot send now go to a channel that stands in for it."""
