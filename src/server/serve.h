// `tarn serve`: opens the lake, serves both ports, drains on SIGTERM and SIGINT, rereads certificates on SIGHUP.
#pragma once

#include <string>
#include <vector>

namespace tarn::server {

// Returns the process's exit code: 0 after a drained stop, 1 when the lake cannot be served, 2 for bad options.
int Serve(const std::vector<std::string>& arguments, const std::vector<std::string>& environment);

}  // namespace tarn::server
