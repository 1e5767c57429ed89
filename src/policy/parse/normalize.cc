#include "policy/parse/parse.h"

namespace tarn::policy {
namespace {

using json::Value;

// A list of one is the one.
void WriteList(json::Writer& out, const Value& value) {
  const auto* array = value.AsArray();
  out.Write(array != nullptr && array->size() == 1 ? array->front() : value);
}

// An object of lists: principals, or the keys of one operator.
void WriteMap(json::Writer& out, const Value& value) {
  const auto* object = value.AsObject();
  if (object == nullptr) {
    WriteList(out, value);
    return;
  }
  out.BeginObject();
  for (const auto& [key, list] : *object) {
    out.Key(key);
    WriteList(out, list);
  }
  out.EndObject();
}

void WriteStatement(json::Writer& out, const Value& statement) {
  out.BeginObject();
  for (const std::string_view field :
       {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}) {
    const Value* value = statement.Find(field);
    if (value == nullptr) continue;
    out.Key(field);
    if (field == "Condition") {
      out.BeginObject();
      for (const auto& [name, keys] : *value->AsObject()) {
        out.Key(name);
        WriteMap(out, keys);
      }
      out.EndObject();
    } else {
      WriteMap(out, *value);
    }
  }
  out.EndObject();
}

}  // namespace

std::string Normalize(const Value& document) {
  json::Writer out;
  out.BeginObject();
  for (const std::string_view field : {"Version", "Id"}) {
    if (const Value* value = document.Find(field)) out.Key(field).Write(*value);
  }
  out.Key("Statement").BeginArray();
  const Value* list = document.Find("Statement");
  if (const auto* array = list->AsArray()) {
    for (const Value& statement : *array) WriteStatement(out, statement);
  } else {
    WriteStatement(out, *list);
  }
  out.EndArray().EndObject();
  return out.Take();
}

}  // namespace tarn::policy
