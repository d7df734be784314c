"""Layouts and partials."""

from __future__ import annotations

from addressee.dialects.management.routes.resources import Resource, Shapes
from addressee.dialects.management.shapes import resources as shapes
from addressee.messaging.workflows.commits.model import ResourceKind

LAYOUTS = Resource(
    ResourceKind.LAYOUT,
    "/v1/email_layouts",
    "email_layout_key",
    "email_layout",
    "layout",
    Shapes(shapes.EmailLayout, shapes.EmailLayouts, shapes.OneEmailLayout, shapes.PushedEmailLayout),
)

PARTIALS = Resource(
    ResourceKind.PARTIAL,
    "/v1/partials",
    "partial_key",
    "partial",
    "partial",
    Shapes(shapes.Partial, shapes.Partials, shapes.OnePartial, shapes.PushedPartial),
)

routes = (*LAYOUTS.routes, *PARTIALS.routes)
