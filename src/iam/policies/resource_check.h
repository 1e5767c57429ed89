// What IAM looks at in a policy's resources before it takes the policy. Internal to iam; pure.
#pragma once

#include <string>
#include <vector>

namespace tarn::iam {

// Looks at the resources of one statement. `fault` is set to what is wrong with one of them, unless something was
// before; false when they cannot be read at all. `is_text`: they were given as a text, not as a list.
bool CheckResources(std::vector<std::string> resources, bool is_text, std::string& fault);

}  // namespace tarn::iam
