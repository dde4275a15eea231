"""Chapter 6: what the published numbers determine about the patients, and what they leave open."""

from tisstats.chapters.identifiability.chapter import Identifiability

__all__ = ["Identifiability"]
