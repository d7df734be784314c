from addressee.dialects.bodies import object_body, typed, typed_body

__all__ = ["object_body", "typed", "typed_body"]
