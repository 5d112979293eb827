"""Codes on cards: a typing error is noticed, and no two signs look alike."""

from hypothesis import given
from hypothesis import strategies as st

from sneeuwbal.outreach import codes

code = st.builds(lambda _: codes.new_code(), st.integers())


@given(code=code)
def test_a_code_is_read_back_however_it_is_typed(code):
    assert codes.clean(codes.shown(code)) == code
    assert codes.clean(f" {code.lower()[:3]} {code.lower()[3:]} ") == code


@given(code=code, place=st.integers(0, 7), sign=st.sampled_from(codes.ALPHABET))
def test_one_wrong_sign_is_noticed(code, place, sign):
    wrong = code[:place] + sign + code[place + 1 :]
    assert wrong == code or codes.clean(wrong) is None


@given(code=code, one=st.integers(0, 7), other=st.integers(0, 7))
def test_two_swapped_signs_are_noticed(code, one, other):
    signs = list(code)
    signs[one], signs[other] = signs[other], signs[one]
    assert "".join(signs) == code or codes.clean("".join(signs)) is None


@given(text=st.text(max_size=20))
def test_any_text_is_a_code_or_none(text):
    found = codes.clean(text)
    assert found is None or (len(found) == 8 and set(found) <= set(codes.ALPHABET))


def test_no_sign_is_mistaken_for_another():
    assert not set(codes.ALPHABET) & set("0O1IL2Z5SBUAE")
    assert len(set(codes.ALPHABET)) == len(codes.ALPHABET) == 23
