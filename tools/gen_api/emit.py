"""Writes the C++ of one service: shapes.h, tables.h, tables_<n>.cc, operations.h and operations.cc."""
from .pattern import to_re2

NOTICE = "// Made by tools/gen_api.py from botocore's service model; do not edit.\n"
LOCATIONS = {"header": "kHeader", "headers": "kHeaders", "uri": "kUri", "querystring": "kQuery",
             "statusCode": "kStatusCode"}
TIME_FORMATS = {"iso8601": "kIso8601", "rfc822": "kHttpDate", "unixtimestamp": "kUnix"}
PROTOCOLS = {"query": ["kQuery"], "rest-json": ["kRestJson"], "rest-xml": ["kRestXml"],
             "smithy-rpc-v2-cbor": ["kRpcV2Cbor"]}
# S3's model asks SDKs for a digest of these bodies; the service itself takes them without, as older clients send them.
UNASKED_DIGESTS = set("""PutBucketAcl PutBucketEncryption PutBucketLogging PutBucketOwnershipControls
PutBucketPolicy PutBucketRequestPayment PutBucketVersioning PutBucketWebsite PutObjectAcl PutObjectTagging
PutPublicAccessBlock""".split())


def text(value):
    """A C++ string literal."""
    out = []
    for byte in str(value).encode():
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        elif char == "?":
            out.append("\\?")
        elif 0x20 <= byte < 0x7F:
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def fields(pairs):
    return ", ".join(f".{name} = {value}" for name, value in pairs if value is not None)


def flag(value):
    return "true" if value else None


class Emitter:
    def __init__(self, model, chunks):
        self.model = model
        self.chunks = chunks
        self.namespace = f"tarn::api::{model.name.replace('/', '::')}::gen"
        self.include = f"api/{model.name}/gen"

    def files(self):
        out = {"shapes.h": self.shapes_h(), "tables.h": self.tables_h(), "operations.h": self.operations_h(),
               "operations.cc": self.operations_cc()}
        names = list(self.model.reached)
        size = -(-len(names) // self.chunks) or 1
        for i in range(self.chunks):
            out[f"tables_{i}.cc"] = self.tables_cc(names[i * size:(i + 1) * size])
        return out

    def shapes_h(self):
        model = self.model
        out = [NOTICE, "#pragma once\n\n#include <cstdint>\n#include <map>\n#include <optional>\n#include <string>\n"
               "#include <vector>\n\n#include \"base/box.h\"\n#include \"base/time.h\"\n\n"
               f"namespace {self.namespace} {{\n\n"]
        out += [f"struct {name};\n" for name in model.order]
        out.append("\n")
        for name in model.order:
            out.append(f"struct {name} {{\n")
            for member in model.members[name]:
                cpp = model.cpp_type(member.shape)
                out.append(f"  std::optional<{f'Box<{cpp}>' if member.boxed else cpp}> {member.field};\n")
            out.append("};\n\n")
        out.append(f"}}  // namespace {self.namespace}\n")
        return "".join(out)

    def tables_h(self):
        out = [NOTICE, '#pragma once\n\n#include "api/protocol/shape.h"\n\n'
               f"namespace {self.namespace} {{\n\n"]
        out += [f"extern const protocol::TypeShape kT_{name};\n" for name in self.model.reached]
        out.append(f"\n}}  // namespace {self.namespace}\n")
        return "".join(out)

    def tables_cc(self, names):
        out = [NOTICE, '#include <cstddef>\n\n'
               f'#include "{self.include}/shapes.h"\n#include "{self.include}/tables.h"\n'
               '#include "api/protocol/shape_ops.h"\n\n'
               "// Our structs are plain enough for offsetof, though no standard-layout types.\n"
               '#pragma GCC diagnostic ignored "-Winvalid-offsetof"\n\n'
               f"namespace {self.namespace} {{\n"
               "using namespace protocol;  // NOLINT: generated tables\n\n"]
        for name in names:
            out.append(self.shape_table(name))
        out.append(f"}}  // namespace {self.namespace}\n")
        return "".join(out)

    def shape_table(self, name):
        model, shape = self.model, self.model.reached[name]
        cpp = model.cpp_type(name)
        kind = {"list": "kList", "map": "kMap"}.get(shape["type"])
        prefix = ""
        pattern, forbidden = to_re2(shape["pattern"]) if "pattern" in shape else ("", "")
        if not kind:
            kind = "kStructure" if model.is_structure(name) else None
        if not kind:
            from .model import SCALARS
            kind = SCALARS[shape["type"]][0] if shape["type"] in SCALARS else "kDocument"
        pairs = [("kind", f"Kind::{kind}"), ("name", text(name)), ("optional", f"ops::kOptional<{cpp}>"),
                 ("boxed", f"ops::kBoxed<{cpp}>" if name in model.boxed else None),
                 ("has_min", flag("min" in shape)), ("has_max", flag("max" in shape)),
                 ("sensitive", flag(shape.get("sensitive"))),
                 ("min", shape.get("min")), ("max", shape.get("max")),
                 ("pattern", text(shape["pattern"]) if "pattern" in shape else None),
                 ("pattern_re2", self.optional_text(pattern)),
                 ("pattern_forbidden", self.optional_text(forbidden))]
        if shape.get("enum"):
            values = ", ".join(text(v) for v in shape["enum"])
            prefix = f"static constexpr std::string_view kE_{name}[] = {{{values}}};\n"
            pairs.append(("values", f"kE_{name}"))
        if kind == "kList":
            pairs += [("list", f"&ops::kList<{model.cpp_type(shape['member']['shape'])}>"),
                      ("element", self.ref(shape["member"]))]
        elif kind == "kMap":
            pairs += [("map", f"&ops::kMap<{model.cpp_type(shape['value']['shape'])}>"),
                      ("key", self.ref(shape["key"])), ("value", self.ref(shape["value"]))]
        elif kind == "kStructure":
            members = model.members[name]
            if members:
                rows = "".join(f"    {self.member(m, f'offsetof({name}, {m.field})')},\n" for m in members)
                prefix = f"static constexpr Member kM_{name}[] = {{\n{rows}}};\n"
                pairs.append(("structure", f"&ops::kStruct<{name}>"))
                pairs.append(("members", f"kM_{name}"))
            else:
                pairs.append(("structure", f"&ops::kStruct<{name}>"))
            payload = shape.get("payload")
            index = next((i for i, m in enumerate(members) if m.name == payload), None)
            pairs += [("payload", f"&kM_{name}[{index}]" if index is not None else None),
                      ("payload_name", text(payload) if payload else None), ("is_union", flag(shape.get("union")))]
        return f"{prefix}constinit const TypeShape kT_{name} = {{{fields(pairs)}}};\n\n"

    def ref(self, ref):
        traits = self.model.merged(ref)
        return self.ref_of(ref["shape"], traits)

    def ref_of(self, shape, traits):
        namespace = traits.get("xmlNamespace")
        if isinstance(namespace, str):
            namespace = {"uri": namespace}
        namespace = namespace or {}
        time_format = TIME_FORMATS.get(str(traits.get("timestampFormat")).lower())
        return "{" + fields([
            ("type", f"&kT_{shape}"),
            ("wire_name", text(traits["locationName"]) if "locationName" in traits else None),
            ("xml_namespace", text(namespace["uri"]) if "uri" in namespace else None),
            ("xml_prefix", text(namespace["prefix"]) if "prefix" in namespace else None),
            ("time_format", f"TimeFormat::{time_format}" if time_format else None),
            ("flattened", flag(traits.get("flattened"))), ("xml_attribute", flag(traits.get("xmlAttribute"))),
            ("json_value", flag(traits.get("jsonvalue")))]) + "}"

    def member(self, member, offset):
        traits = member.traits
        location = LOCATIONS.get(traits.get("location"))
        return "{" + fields([
            ("name", text(member.name)), ("wire_name", text(traits.get("locationName", member.name))),
            ("ref", self.ref_of(member.shape, traits)), ("offset", offset),
            ("location", f"Location::{location}" if location else None), ("required", flag(member.required)),
            ("idempotency_token", flag(traits.get("idempotencyToken"))), ("host_label", flag(traits.get("hostLabel"))),
            ("boxed", flag(member.boxed)), ("event_header", flag(traits.get("eventheader"))),
            ("event_payload", flag(traits.get("eventpayload")))]) + "}"

    def operations_h(self):
        return (f"{NOTICE}#pragma once\n\n#include \"api/protocol/shape.h\"\n\n"
                f"namespace {self.namespace} {{\n\n"
                "// The service as its model describes it, with every served operation.\n"
                "extern const protocol::ServiceDesc kService;\n\n"
                f"}}  // namespace {self.namespace}\n")

    def operations_cc(self):
        model = self.model
        out = [NOTICE, f'#include "{self.include}/operations.h"\n\n#include "{self.include}/tables.h"\n\n'
               f"namespace {self.namespace} {{\nusing namespace protocol;  // NOLINT: generated tables\n\n"]
        for name in sorted(model.errors):
            out.append(self.error_table(name))
        for name in model.served:
            out.append(self.operation_arrays(name))
        rows = "".join(f"    {self.operation(name)},\n" for name in model.served)
        count = max(len(model.served), 1)
        out.append(f"extern const OperationDesc kOperations[{count}];\n"
                   f"constinit const OperationDesc kOperations[{count}] = {{\n{rows}}};\n\n")
        names = []
        for name in sorted(model.all_operations):
            arrays, row = self.operation_name(name)
            out.append(arrays)
            names.append(f"    {row},\n")
        out.append(f"static constexpr OperationName kNames[] = {{\n{''.join(names)}}};\n\n")
        out.append(self.service())
        out.append(f"}}  // namespace {self.namespace}\n")
        return "".join(out)

    def error_table(self, name):
        model, shape = self.model, self.model.shapes[name]
        error = shape.get("error", {})
        rows = "".join(f"    {self.member(m, '0')},\n" for m in model.error_members[name])
        out = f"static constexpr Member kErrM_{name}[] = {{\n{rows}}};\n" if rows else ""
        pairs = [("kind", "Kind::kStructure"), ("name", text(name)), ("members", f"kErrM_{name}" if rows else None),
                 ("error_code", text(error["code"]) if "code" in error else None),
                 ("error_status", error.get("httpStatusCode", 500 if shape.get("fault") else 400)),
                 ("sender_fault", "false" if shape.get("fault") or error.get("senderFault") is False else None)]
        return f"{out}static constexpr TypeShape kErr_{name} = {{{fields(pairs)}}};\n"

    def operation_arrays(self, name):
        operation = self.model.all_operations[name]
        errors = [e["shape"] for e in operation.get("errors", ()) if e["shape"] in self.model.errors]
        out = ""
        if errors:
            out += f"static constexpr const TypeShape* kOE_{name}[] = {{{', '.join('&kErr_' + e for e in errors)}}};\n"
        algorithms = operation.get("httpChecksum", {}).get("responseAlgorithms")
        if algorithms:
            out += f"static constexpr std::string_view kOA_{name}[] = {{{', '.join(map(text, algorithms))}}};\n"
        return out

    def operation(self, name):
        model = self.model
        operation = model.all_operations[name]
        source, result = operation["input"], operation["output"]
        http, checksum = operation["http"], operation.get("httpChecksum", {})
        events = model.event_streams.get(result["shape"])
        namespace = source.get("xmlNamespace", {})
        namespace = namespace if isinstance(namespace, str) else namespace.get("uri")
        no_auth = operation.get("authtype") == "none" or operation.get("auth") == ["smithy.api#noAuth"]
        sums = fields([
            ("request_algorithm_member", self.optional_text(checksum.get("requestAlgorithmMember"))),
            ("request_validation_mode_member", self.optional_text(checksum.get("requestValidationModeMember"))),
            ("request_required", flag(name not in UNASKED_DIGESTS and (
                checksum.get("requestChecksumRequired") or operation.get("httpChecksumRequired")))),
            ("response_algorithms", f"kOA_{name}" if checksum.get("responseAlgorithms") else None)])
        stream_in, stream_out = model.stream_member(source["shape"]), model.stream_member(result["shape"])
        stream_traits = model.merged(model.shapes[source["shape"]]["members"][stream_in]) if stream_in else {}
        errors = [e for e in operation.get("errors", ()) if e["shape"] in model.errors]
        return "{" + fields([
            ("name", text(name)), ("service", "&kService"), ("http_method", text(http["method"])),
            ("uri", text(http["requestUri"])), ("input", f"&kT_{source['shape']}"),
            ("output", f"&kT_{result['shape']}"), ("has_output", flag(not result.get("absent"))),
            ("success_status", http.get("responseCode")),
            ("result_wrapper", self.optional_text(result.get("resultWrapper"))),
            ("input_root", self.optional_text(source.get("locationName"))),
            ("input_namespace", self.optional_text(namespace)),
            ("output_root", self.optional_text(model.output_root(name))),
            ("host_prefix", self.optional_text(operation.get("endpoint", {}).get("hostPrefix"))),
            ("input_stream", self.optional_text(stream_in)), ("output_stream", self.optional_text(stream_out)),
            ("output_events", f"&kT_{events.shape}" if events else None),
            ("output_events_member", text(events.name) if events else None),
            ("checksum", "{" + sums + "}" if sums else None),
            ("requires_length", flag(stream_traits.get("requiresLength"))),
            ("unsigned_payload", flag(operation.get("unsignedPayload"))), ("no_auth", flag(no_auth)),
            ("errors", f"kOE_{name}" if errors else None)]) + "}"

    @staticmethod
    def optional_text(value):
        return text(value) if value else None

    def operation_name(self, name):
        model = self.model
        operation = model.all_operations[name]
        http = operation["http"]
        required = {"querystring": [], "header": []}
        shape = model.shapes[operation["input"]["shape"]] if "input" in operation else {}
        if {"rest-xml", "rest-json"} & set(model.protocols()):
            for member_name in shape.get("required", ()):
                traits = model.merged(shape["members"][member_name])
                if traits.get("location") in required:
                    required[traits["location"]].append(traits.get("locationName", member_name))
        arrays = ""
        for location, prefix in (("querystring", "kNQ_"), ("header", "kNH_")):
            if required[location]:
                values = ", ".join(map(text, required[location]))
                arrays += f"static constexpr std::string_view {prefix}{name}[] = {{{values}}};\n"
        served = f"&kOperations[{model.served.index(name)}]" if name in model.served else None
        row = "{" + fields([
            ("name", text(name)), ("http_method", text(http["method"])), ("uri", text(http["requestUri"])),
            ("required_query", f"kNQ_{name}" if required["querystring"] else None),
            ("required_headers", f"kNH_{name}" if required["header"] else None), ("served", served)]) + "}"
        return arrays, row

    def service(self):
        model, meta = self.model, self.model.metadata
        protocols = []
        for protocol in model.protocols():
            if protocol == "json":
                first = "kJson10" if meta.get("jsonVersion") == "1.0" else "kJson11"
                protocols += [first, "kJson11" if first == "kJson10" else "kJson10", "kAwsCbor11"]
            else:
                protocols += PROTOCOLS[protocol]
        errors = ", ".join(f"&kErr_{name}" for name in sorted(model.errors))
        out = f"static constexpr WireProtocol kProtocols[] = {{{', '.join('WireProtocol::' + p for p in protocols)}}};\n"
        if errors:
            out += f"static constexpr const TypeShape* kErrors[] = {{{errors}}};\n"
        namespace = meta.get("xmlNamespace")
        if not namespace and "rest-xml" in model.protocols():
            namespace = self.rest_xml_namespace()
        served = len(model.served)
        pairs = [("name", text(model.name)), ("service_id", text(meta.get("serviceId", ""))),
                 ("endpoint_prefix", text(meta["endpointPrefix"])),
                 ("signing_name", text(meta.get("signingName", meta["endpointPrefix"]))),
                 ("api_version", text(meta["apiVersion"])), ("target_prefix", text(meta.get("targetPrefix", ""))),
                 ("json_version", text(meta.get("jsonVersion", ""))), ("xml_namespace", self.optional_text(namespace)),
                 ("protocols", "kProtocols"), ("query_compatible", flag("awsQueryCompatible" in meta)),
                 ("validation_code", text(model.validation_code)),
                 ("operations", f"{{kOperations, {served}}}"), ("all", "kNames"),
                 ("errors", "kErrors" if errors else None)]
        return f"{out}constinit const ServiceDesc kService = {{{fields(pairs)}}};\n\n"

    def rest_xml_namespace(self):
        """The one namespace that the model's XML requests carry is the one of the answers."""
        for operation in self.model.all_operations.values():
            refs = [operation.get("input", {})]
            shape = self.model.shapes.get(refs[0].get("shape"), {})
            refs += shape.get("members", {}).values()
            for ref in refs:
                namespace = ref.get("xmlNamespace")
                if namespace:
                    return namespace if isinstance(namespace, str) else namespace["uri"]
        return None
