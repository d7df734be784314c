"""The HTTP room: the ASGI application around the dialects."""
