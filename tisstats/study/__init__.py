"""The study: its published facts, its flow, its outcomes, and the ledger of its numbers."""

from tisstats.study.flow import Flow
from tisstats.study.published import Published
from tisstats.study.response import ResponseCount, response_count

__all__ = ["Flow", "Published", "ResponseCount", "response_count"]
