"""The generator by itself: what it refuses, and how it turns models into C++."""
import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import gen_api.emit  # noqa: E402
import gen_api.model  # noqa: E402
from gen_api.pattern import to_re2  # noqa: E402

BOTOCORE = ROOT / "third_party/botocore"


def model_of(name, *operations, **options):
    return gen_api.model.Model(str(BOTOCORE), name, {"operations": list(operations), **options})


def test_an_unknown_operation_is_refused_by_name():
    with pytest.raises(gen_api.model.ModelError, match="GetDatabaze"):
        model_of("glue", "GetDatabase", "GetDatabaze")


def test_an_unknown_service_is_refused_by_name():
    with pytest.raises(gen_api.model.ModelError, match="nosuch"):
        model_of("x", "GetDatabase", service="nosuch")


def test_recursive_structures_are_boxed_and_follow_what_they_hold():
    model = model_of("glue", "GetSchemaVersion", "CreateJob", "GetEntityRecords")
    text = gen_api.emit.Emitter(model, 1).shapes_h()
    assert re.search(r"std::optional<Box<|std::vector<", text)
    defined = set()
    for name, body in re.findall(r"^struct (\w+) \{\n(.*?)^\};", text, re.S | re.M):
        for held in re.findall(r"std::optional<(\w+)> ", body):
            assert held in defined or held in ("bool", "double", "int32_t", "int64_t", "Timestamp"), (name, held)
        defined.add(name)


def test_streams_are_no_struct_members_and_are_told_of_in_the_operation():
    model = model_of("s3", "PutObject", "SelectObjectContent")
    emitter = gen_api.emit.Emitter(model, 1)
    put = re.search(r"struct PutObjectRequest \{(.*?)\};", emitter.shapes_h(), re.S)[1]
    assert " body;" not in put and " ssekms_key_id;" in put
    operations = emitter.operations_cc()
    assert '.input_stream = "Body"' in operations
    assert '.output_events = &kT_SelectObjectContentEventStream' in operations


def test_every_operation_of_the_model_is_named():
    model = model_of("athena", "StartQueryExecution")
    text = gen_api.emit.Emitter(model, 1).operations_cc()
    assert text.count('{.name = "') >= len(model.all_operations) > 70
    assert text.count(".served = &kOperations[") == 1


@pytest.mark.parametrize("java, re2, forbidden", [
    (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", r"[\x{0020}-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}\t]*", ""),
    (r"[a-z]{1,3}", r"[a-z]{1,3}", ""),
    (r"^(?!(.*[.\/\\]|aws:)).*$", r".*$", r"(.*[.\/\\]|aws:)"),
    (r"^(?!a)b$|c", r"^(?!a)b$|c", ""),
])
def test_patterns_are_turned_into_re2s(java, re2, forbidden):
    assert to_re2(java) == (re2, forbidden)


def test_text_becomes_a_cpp_literal():
    assert gen_api.emit.text('a"\\\n?é') == '"a\\"\\\\\\012\\?\\303\\251"'
