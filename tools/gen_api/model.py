"""A botocore service model seen as C++ will see it: shapes reached by the served operations, traits merged."""
import gzip
import json
import os
import sys

KEYWORDS = set("""alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t
class compl concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype
default delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long
mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast
requires return short signed sizeof static static_assert static_cast struct switch template this thread_local throw
true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq""".split())

SCALARS = {
    "string": ("kString", "std::string"), "character": ("kString", "std::string"),
    "integer": ("kInteger", "int32_t"), "long": ("kLong", "int64_t"),
    "boolean": ("kBoolean", "bool"), "float": ("kDouble", "double"), "double": ("kDouble", "double"),
    "timestamp": ("kTimestamp", "Timestamp"), "blob": ("kBlob", "std::string"),
}
# What a failed constraint is called where the service has a name of its own for it.
VALIDATION_CODES = {
    "glue": "InvalidInputException", "athena": "InvalidRequestException", "lakeformation": "InvalidInputException",
}
# Root elements of S3's answers, which its service model leaves out and its documentation tells.
S3_ROOTS = {
    "CompleteMultipartUpload": "CompleteMultipartUploadResult", "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "CreateSession": "CreateSessionResult", "DeleteObjects": "DeleteResult", "GetBucketAcl": "AccessControlPolicy",
    "GetBucketAccelerateConfiguration": "AccelerateConfiguration", "GetBucketCors": "CORSConfiguration",
    "GetBucketLifecycle": "LifecycleConfiguration", "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketLocation": "LocationConstraint", "GetBucketLogging": "BucketLoggingStatus",
    "GetBucketNotification": "NotificationConfiguration",
    "GetBucketNotificationConfiguration": "NotificationConfiguration",
    "GetBucketRequestPayment": "RequestPaymentConfiguration", "GetBucketTagging": "Tagging",
    "GetBucketVersioning": "VersioningConfiguration", "GetBucketWebsite": "WebsiteConfiguration",
    "GetObjectAcl": "AccessControlPolicy", "GetObjectAttributes": "GetObjectAttributesResponse",
    "GetObjectTagging": "Tagging", "ListBucketAnalyticsConfigurations": "ListBucketAnalyticsConfigurationResult",
    "ListBucketInventoryConfigurations": "ListInventoryConfigurationsResult",
    "ListBucketMetricsConfigurations": "ListMetricsConfigurationsResult", "ListBuckets": "ListAllMyBucketsResult",
    "ListDirectoryBuckets": "ListAllMyDirectoryBucketsResult", "ListMultipartUploads": "ListMultipartUploadsResult",
    "ListObjectVersions": "ListVersionsResult", "ListObjects": "ListBucketResult", "ListObjectsV2": "ListBucketResult",
    "ListParts": "ListPartsResult",
}


class ModelError(Exception):
    pass


def load_service(folder):
    """The newest version of a service's model, with botocore's own additions to it."""
    try:
        newest = os.path.join(folder, max(os.listdir(folder)))
    except (FileNotFoundError, ValueError):
        raise ModelError(f"botocore has no service model in {folder}") from None
    model = load_json(os.path.join(newest, "service-2.json"))
    if model is None:
        raise ModelError(f"botocore has no service-2.json in {newest}")
    extras = load_json(os.path.join(newest, "service-2.sdk-extras.json")) or {}
    merge(model, extras.get("merge", {}))
    return model


def load_json(path):
    if os.path.exists(path + ".gz"):
        with gzip.open(path + ".gz") as file:
            return json.load(file)
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    return None


def merge(into, extra):
    for key, value in extra.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


class Member:
    """One member of a structure, with the traits of the reference and of the shape it refers to."""

    def __init__(self, model, owner, name, ref):
        self.name = name
        self.shape = ref["shape"]
        self.traits = model.merged(ref)
        self.field = model.field_name(name)
        self.required = name in owner.get("required", ())
        self.boxed = False

    def streams(self):
        return bool(self.traits.get("streaming")) or bool(self.traits.get("eventstream"))


class Model:
    def __init__(self, botocore_dir, name, options):
        sys.path.insert(0, botocore_dir)
        import botocore  # the package alone: its submodules want packages that a bare machine lacks
        self.xform_name = botocore.xform_name
        self.name = name
        self.botocore_name = options.get("service", name)
        raw = load_service(os.path.join(botocore_dir, "botocore", "data", self.botocore_name))
        self.metadata = raw["metadata"]
        self.all_operations = raw["operations"]
        self.shapes = raw["shapes"]
        if "rest-xml" in self.protocols():
            self.validation_code = "MalformedXML"  # all that Validate tells of there are incomplete documents
        else:
            self.validation_code = options.get("validation") or VALIDATION_CODES.get(
                self.botocore_name, "ValidationError" if "query" in self.protocols() else "ValidationException")
        for enum in options.get("open", "").split():
            if not self.shapes.get(enum, {}).pop("enum", None):
                raise ModelError(f"{self.botocore_name} has no enumeration named {enum}")
        for shape in options.get("unconstrained", "").split():
            self._lift_constraints(*shape.split("."))
        for member in options.get("optional", "").split():
            shape, name = self._member(member)
            shape["required"] = [required for required in shape.get("required", ()) if required != name]
        for member in options.get("first", "").split():
            shape, name = self._member(member)
            shape["members"] = {name: shape["members"].pop(name), **shape["members"]}
        names = options["operations"]
        if names == ["*"]:
            names = list(self.all_operations)
        unknown = [n for n in names if n not in self.all_operations]
        if unknown:
            raise ModelError(f"{self.botocore_name} has no operations named {', '.join(unknown)}")
        self.served = sorted(set(names))
        self.members = {}
        self._add_empty_structures()
        self._reach()
        self._find_cycles()

    def _lift_constraints(self, name, member=None):
        """A shape's constraints are the handlers' to check; those of one member leave its shape as it is elsewhere."""
        if name not in self.shapes or member and member not in self.shapes[name].get("members", {}):
            raise ModelError(f"{self.botocore_name} has no shape {'.'.join(filter(None, (name, member)))}")
        if member:
            target = self.shapes[name]["members"][member]
            name = target["shape"] + "Unconstrained"
            self.shapes.setdefault(name, dict(self.shapes[target["shape"]]))
            target["shape"] = name
        for constraint in ("min", "max", "pattern", "enum"):
            self.shapes[name].pop(constraint, None)

    def _member(self, text):
        """Of "Shape.Member": the shape and the member's name."""
        shape, _, name = text.partition(".")
        if name not in self.shapes.get(shape, {}).get("members", {}):
            raise ModelError(f"{self.botocore_name} has no member {text}")
        return self.shapes[shape], name

    def protocols(self):
        return self.metadata.get("protocols") or [self.metadata["protocol"]]

    def merged(self, ref):
        return {**self.shapes[ref["shape"]], **ref}

    def field_name(self, name):
        field = self.xform_name(name)
        if not field.replace("_", "a").isalnum():
            raise ModelError(f"member {name!r} has no C++ name")
        if field[0].isdigit():
            field = "_" + field
        return field + "_" if field in KEYWORDS else field

    def _add_empty_structures(self):
        for name in self.served:
            operation = self.all_operations[name]
            for direction, suffix in (("input", "Request"), ("output", "Response")):
                if direction not in operation:
                    shape = name + suffix
                    self.shapes.setdefault(shape, {"type": "structure", "members": {}})
                    if self.shapes[shape].get("members"):
                        raise ModelError(f"{shape} is taken by another shape")
                    operation[direction] = {"shape": shape, "absent": True}

    def _reach(self):
        """Collects the shapes that served operations use, in order of discovery, and their struct members."""
        self.reached = {}
        self.event_streams = {}
        for name in self.served:
            operation = self.all_operations[name]
            self._visit(operation["input"]["shape"])
            self._visit(operation["output"]["shape"])
        self.errors = [n for n, s in self.shapes.items() if s.get("exception") and s["type"] == "structure"]
        self.error_members = {}
        for name in self.errors:
            kept = []
            for member_name, ref in self.shapes[name].get("members", {}).items():
                if self.shapes[ref["shape"]]["type"] in SCALARS:
                    self._visit(ref["shape"])
                    kept.append(Member(self, self.shapes[name], member_name, ref))
            self.error_members[name] = kept

    def _visit(self, name):
        if name in self.reached:
            return
        shape = self.shapes[name]
        self.reached[name] = shape
        if self.is_structure(name):
            self.members[name] = []
            for member_name, ref in shape.get("members", {}).items():
                member = Member(self, shape, member_name, ref)
                if self.shapes[ref["shape"]].get("eventstream"):
                    self._visit(ref["shape"])
                    self.event_streams[name] = member
                elif member.streams():
                    continue
                else:
                    self._visit(ref["shape"])
                    self.members[name].append(member)
            fields = [m.field for m in self.members[name]]
            if len(set(fields)) != len(fields):
                raise ModelError(f"{name}: two members share one C++ name")
        elif shape["type"] == "list":
            if self.shapes[shape["member"]["shape"]]["type"] == "boolean":
                raise ModelError(f"{name}: a list of booleans has no C++ form yet")
            self._visit(shape["member"]["shape"])
        elif shape["type"] == "map":
            self._visit(shape["key"]["shape"])
            self._visit(shape["value"]["shape"])

    def is_structure(self, name):
        shape = self.shapes[name]
        return shape["type"] == "structure" and not shape.get("document")

    def stream_member(self, name):
        """The name of the member whose bytes bypass the struct, if any."""
        for member_name, ref in self.shapes[name].get("members", {}).items():
            traits = self.merged(ref)
            if traits.get("streaming") and traits["type"] == "blob":
                return member_name
        return ""

    def output_root(self, operation):
        """The root element of an XML answer; empty where it is the shape's or the payload member's name."""
        return S3_ROOTS.get(operation, "") if self.botocore_name == "s3" else ""

    def cpp_type(self, name):
        shape = self.shapes[name]
        if shape["type"] in SCALARS:
            return SCALARS[shape["type"]][1]
        if shape["type"] == "list":
            return f"std::vector<{self.cpp_type(shape['member']['shape'])}>"
        if shape["type"] == "map":
            return f"std::map<std::string, {self.cpp_type(shape['value']['shape'])}>"
        return name if self.is_structure(name) else "std::string"

    def _held_structure(self, name):
        """The structure inside lists and maps, and whether it is held directly."""
        direct = True
        while True:
            shape = self.shapes[name]
            if shape["type"] == "list":
                name, direct = shape["member"]["shape"], False
            elif shape["type"] == "map":
                name, direct = shape["value"]["shape"], False
            else:
                return (name, direct) if self.is_structure(name) else (None, direct)

    def _find_cycles(self):
        """Orders structs so that each follows those it holds; direct members inside a cycle become boxes."""
        self.boxed = set()
        self.order = []
        for group in self._components():
            for name in group:
                for member in self.members[name]:
                    held, direct = self._held_structure(member.shape)
                    if held in group and direct:
                        member.boxed = True
                        self.boxed.add(held)
            self.order.extend(group)

    def _components(self):
        """Tarjan's strongly connected components, iterative; they come out dependencies first."""
        edges = {n: [h for h in (self._held_structure(m.shape)[0] for m in ms) if h] for n, ms in self.members.items()}
        index, low, on_stack, stack, groups = {}, {}, set(), [], []
        for root in self.members:
            if root in index:
                continue
            work = [(root, iter(edges[root]))]
            index[root] = low[root] = len(index)
            stack.append(root)
            on_stack.add(root)
            while work:
                node, targets = work[-1]
                target = next(targets, None)
                if target is None:
                    work.pop()
                    if work:
                        low[work[-1][0]] = min(low[work[-1][0]], low[node])
                    if low[node] == index[node]:
                        at = stack.index(node)
                        groups.append(stack[at:])
                        on_stack.difference_update(stack[at:])
                        del stack[at:]
                elif target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(edges[target])))
                elif target in on_stack:
                    low[node] = min(low[node], index[target])
        return groups
