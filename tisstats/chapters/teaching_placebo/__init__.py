"""Teaching: what a placebo arm shows, and what an uncontrolled response rate can show."""

from tisstats.chapters.teaching_placebo.chapter import PlaceboResponse

__all__ = ["PlaceboResponse"]
