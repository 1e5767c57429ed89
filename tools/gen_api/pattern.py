"""Turns the models' patterns (Java's dialect over UTF-16) into RE2's over UTF-8.

A leading "(?!…)" becomes a second pattern that must not match at the start. What else RE2 cannot express is found when
the pattern is compiled, and then not checked.
"""
import re

PAIRS = re.compile(r"\\u[dD]800\\u[dD][cC]00-\\u[dD][bB][fF]{2}\\u[dD][fF]{3}")
LONE_SURROGATES = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}(?:-\\u[dD][89a-fA-F][0-9a-fA-F]{2})?")
UNIT = re.compile(r"\\u([0-9a-fA-F]{4})")


def to_re2(pattern):
    """The pattern for RE2, and the one that is forbidden at the start (or an empty text)."""
    text, forbidden = split_lookahead(translate(pattern))
    return text, forbidden


def translate(pattern):
    text = pattern.replace(r"\p{ASCII}", r"[\x00-\x7F]").replace(r"\u10000-\u10FFFF", r"\x{10000}-\x{10FFFF}")
    text = PAIRS.sub(lambda _: r"\x{10000}-\x{10FFFF}", text)
    text = LONE_SURROGATES.sub("", text)
    return UNIT.sub(lambda match: r"\x{%s}" % match.group(1), text)


def split_lookahead(text):
    start = text[1:] if text.startswith("^") else text
    if not start.startswith("(?!"):
        return text, ""
    depth, in_class, at = 0, False, 0
    while at < len(start):
        char = start[at]
        if char == "\\":
            at += 1
        elif in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        elif char in "()":
            depth += 1 if char == "(" else -1
            if depth == 0:
                break
        at += 1
    rest = start[at + 1:]
    if "|" in rest or "(?!" in rest:  # then it guards only a part
        return text, ""
    return rest, start[3:at]
