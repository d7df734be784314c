"""Traffic: how much an environment wrote, ran and sent, minute by minute."""
