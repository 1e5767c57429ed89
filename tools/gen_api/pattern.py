"""Turns the models' patterns (Java's dialect over UTF-16) into RE2's over UTF-8.

What RE2 cannot express (look-ahead but a leading one) is found when the pattern is compiled and then not checked.
"""
import re

PAIRS = re.compile(r"\\u[dD]800\\u[dD][cC]00-\\u[dD][bB][fF]{2}\\u[dD][fF]{3}")
LONE_SURROGATES = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}(?:-\\u[dD][89a-fA-F][0-9a-fA-F]{2})?")
UNIT = re.compile(r"\\u([0-9a-fA-F]{4})")


def to_re2(pattern):
    text = pattern.replace(r"\u10000-\u10FFFF", r"\x{10000}-\x{10FFFF}")
    text = PAIRS.sub(lambda _: r"\x{10000}-\x{10FFFF}", text)
    text = LONE_SURROGATES.sub("", text)
    return UNIT.sub(lambda match: r"\x{%s}" % match.group(1), text)
