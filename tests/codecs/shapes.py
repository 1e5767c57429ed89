"""Seeded random values for botocore's shapes, and values as the canonical JSON that codec_probe prints."""
import base64
import datetime
import json

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
TEXT = ["a", "Z", "0", " x ", "é", "日本", "😀", "<&>\"'", "a=b&c", "%2F", "/", "+", "\\", "{}", "tab\there", "line\nbreak"]
PLAIN = ["a", "Z", "0", "b-c", "d.e", "f_g", "~", "h/i", "j=k", "%41"]
LEAST_DEPTH = 5


class Maker:
    """Makes values of a shape. `place` says what the wire can carry there: body, header, uri or query."""

    def __init__(self, random, protocol, answer=False):
        self.random = random
        self.protocol = protocol
        self.answer = answer
        self.xml = protocol in ("query", "rest-xml")

    def structure(self, shape, depth=0, full=False):
        random = self.random
        names = list(shape.members)
        union = getattr(shape, "is_tagged_union", False)
        if union:
            names = [random.choice(names)] if names else []
        out = {}
        for name in names:
            member = shape.members[name]
            traits = member.serialization
            if traits.get("streaming") or traits.get("eventstream") or member.metadata.get("streaming"):
                continue
            required = union or name in shape.required_members
            chance = 0.9 if full else 0.7 if depth < 2 else 0.4
            if not required and random.random() > chance:
                continue
            if depth > LEAST_DEPTH and not required:
                continue
            location = traits.get("location")
            if self.answer and location in ("uri", "querystring"):
                location = None
            out[name] = self.value(member, depth + 1, location or "body", traits.get("hostLabel"))
        return out

    def value(self, shape, depth, place, host_label=False):
        random = self.random
        kind = shape.type_name
        if getattr(shape, "is_document_type", False):
            return random.choice([{"a": [1, None, "x"]}, [], "text", {"n": {"m": True}}])
        if kind == "structure":
            return self.structure(shape, depth)
        if kind == "list":
            empty = self.xml or place != "body"  # XML and headers cannot tell an empty list from none
            count = random.randint(1 if empty else 0, 3 if depth < 4 else 1)
            return [self.value(shape.member, depth + 1, "listheader" if place == "header" else place)
                    for _ in range(count)]
        if kind == "map":
            count = random.randint(1 if self.xml or place != "body" else 0, 3)
            if place == "headers":
                return {f"k{i}-{random.choice('abc')}": self.text("header") for i in range(count)}
            keys = [self.key(shape.key, i) for i in range(count)]
            return {key: self.value(shape.value, depth + 1, place) for key in keys}
        if kind == "string":
            if host_label:
                return "".join(random.choice("abz019-") for _ in range(8)).strip("-") or "h"
            if shape.enum and random.random() < 0.8:
                return random.choice(shape.enum)
            return self.text(place)
        if kind == "integer":
            return 200 if place == "statusCode" else random.choice([0, 1, -1, 7, 2**31 - 1, -2**31, random.randint(0, 10**6)])
        if kind == "long":
            return random.choice([0, -5, 2**63 - 1, -2**63, random.randint(0, 2**53)])
        if kind in ("float", "double"):
            return random.choice([0.0, 1.5, -2.25, 1024.125, 3.0, random.randint(-10**6, 10**6) / 8])
        if kind == "boolean":
            return random.random() < 0.5
        if kind == "blob":
            return bytes(random.randrange(256) for _ in range(random.choice([0, 1, 5, 40])))
        if kind == "timestamp":
            return self.time(shape, place)
        raise AssertionError(f"no values of {kind}")

    def key(self, shape, index):
        if shape.enum and index < len(shape.enum):
            return shape.enum[index]
        return f"{self.random.choice(['k', 'Key', 'é', 'a.b'])}{index}"

    def text(self, place):
        random = self.random
        parts = [random.choice(PLAIN if place in ("header", "listheader", "headers") else TEXT)
                 for _ in range(random.randint(1, 4))]
        text = "".join(parts)
        if place in ("header", "listheader", "headers"):
            return text.strip() or "x"
        if place == "body" and random.random() < 0.1 and not self.xml:
            return ""
        if place == "body" and self.answer:
            text += random.choice(["", "\r\n", " "])
        return text

    def time(self, shape, place):
        seconds = self.random.choice([0, 1, 1763700000, self.random.randint(0, 4 * 10**9)])
        format_ = shape.serialization.get("timestampFormat", "")
        whole = place in ("header", "listheader") or format_ == "rfc822"
        millis = 0 if whole else self.random.choice([0, 0, 125, 500, 7])
        return EPOCH + datetime.timedelta(seconds=seconds, milliseconds=millis)


def canonical(value, shape):
    """A value as CanonicalJson writes it."""
    if getattr(shape, "is_document_type", False):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    kind = shape.type_name
    if kind == "structure":
        return {name: canonical(inner, shape.members[name]) for name, inner in value.items()
                if name in shape.members and inner is not None}
    if kind == "list":
        return [canonical(inner, shape.member) for inner in value]
    if kind == "map":
        return {key: canonical(inner, shape.value) for key, inner in value.items()}
    if kind == "timestamp":
        delta = value - EPOCH
        return (delta.days * 86400 + delta.seconds) * 10**6 + delta.microseconds
    if kind == "blob":
        return base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode()
    return value


def without_empty(value):
    """Drops empty lists, maps and structures, which XML and forms cannot tell from absent ones."""
    if isinstance(value, dict):
        kept = {key: without_empty(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in ({}, [], None)}
    if isinstance(value, list):
        return [inner for inner in map(without_empty, value) if inner != {}]
    return value
