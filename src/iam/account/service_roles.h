// The roles that AWS's services make for themselves: their names, policies and descriptions. Pure.
#pragma once

#include <string>
#include <string_view>

namespace tarn::iam {

struct ServiceRole {
  std::string_view service;  // without ".amazonaws.com"
  std::string_view name;     // without "AWSServiceRoleFor"
  std::string_view policy;   // attached, of the path "/aws-service-role/"; empty: none
  std::string_view description = {};
  bool takes_suffix = false;
};

// By "batch.amazonaws.com"; null for services that are not known.
const ServiceRole* FindServiceRole(std::string_view service);
// Of a service that is not known it is made of its name: "ops.example" has "AWSServiceRoleForexample_Ops".
std::string ServiceRoleName(std::string_view service);

}  // namespace tarn::iam
