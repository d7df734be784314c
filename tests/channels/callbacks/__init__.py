"""Tests of the callbacks of providers: each signed here as its vendor signs, by an implementation of our own."""
