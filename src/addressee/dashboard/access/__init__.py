"""The pages by which operators sign in, and those of their accounts."""
