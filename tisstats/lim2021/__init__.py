"""The pilot study of Lim et al. 2021: flow, outcomes, safety, and what the article claims."""

from tisstats.lim2021.flow import Flow
from tisstats.lim2021.response import ResponseCount, response_count

__all__ = ["Flow", "ResponseCount", "response_count"]
