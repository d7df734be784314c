"""What the suites of Notiflows' SDKs take for granted."""
