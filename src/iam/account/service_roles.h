// The roles that AWS's services make for themselves: their names, policies and descriptions. Pure.
#pragma once

#include <string_view>

namespace tarn::iam {

struct ServiceRole {
  std::string_view service;  // without ".amazonaws.com"
  std::string_view name;     // without "AWSServiceRoleFor"
  std::string_view policy;   // attached: one of AWS's managed policies, of the path "/aws-service-role/"
  std::string_view description = {};
  bool takes_suffix = false;
};

// By "batch.amazonaws.com"; null for services that are not known.
const ServiceRole* FindServiceRole(std::string_view service);

}  // namespace tarn::iam
