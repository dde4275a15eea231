"""What cells print is merged as nbclient does, in linear time."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbclient.client import _RGX_CARRIAGERETURN

from tisstats.book.run.streams import as_shown, merge_streams


def stream(name, text):
    return {"output_type": "stream", "name": name, "text": text}


@given(st.text("ab\r\n", max_size=30))
def test_carriage_returns_are_those_of_nbclient(text):
    assert as_shown(text) == _RGX_CARRIAGERETURN.sub("", text)


@given(st.text("ab\b\n", max_size=30))
def test_a_backspace_takes_the_character_before_it_but_no_line_end(text):
    shown = text
    while re.search("[^\b\n]\b", shown):
        shown = re.sub("[^\b\n]\b", "", shown, count=1)
    assert as_shown(text) == shown.replace("\b", "")


def test_each_stream_is_one_output_where_it_began():
    other = {"output_type": "display_data"}
    given_ = [stream("stdout", "a"), other, stream("stdout", "b"), stream("stderr", "c")]
    assert merge_streams(given_) == [stream("stdout", "ab"), other, stream("stderr", "c")]
    given_ = [stream("stderr", "c"), stream("stdout", "a"), other]
    assert merge_streams(given_) == [stream("stdout", "a"), stream("stderr", "c"), other]
    assert merge_streams([]) == []


@pytest.mark.parametrize("text", ["x" * 5_000_000, "x\r" * 1_000_000, "x\b" * 1_000_000])
def test_a_long_line_does_not_hang(text):
    started = time.process_time()
    as_shown(text)
    assert time.process_time() - started < 20  # minutes or hours by a quadratic way
