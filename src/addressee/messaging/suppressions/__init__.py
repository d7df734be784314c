"""The suppression list: addresses that an environment does not send to."""
