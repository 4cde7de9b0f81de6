// The one exception type of the library: a status and a message that says which argument, what it
// was, what it should be.
#ifndef NATIVERNN_CORE_ERROR_H_
#define NATIVERNN_CORE_ERROR_H_

#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "nativernn/nativernn.h"

namespace nrnn {

class Error : public std::runtime_error {
 public:
  Error(nrnn_status status, const std::string& message)
      : std::runtime_error(message), status_(status) {}
  nrnn_status status() const { return status_; }

 private:
  nrnn_status status_;
};

// Appends a string, a character, an integer or a floating-point number (6 digits).
template <class Part>
void AppendPart(const Part& part, std::string* out) {
  if constexpr (std::is_same_v<Part, char>) {
    out->push_back(part);
  } else if constexpr (std::is_integral_v<Part>) {
    out->append(std::to_string(part));
  } else if constexpr (std::is_floating_point_v<Part>) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%g", static_cast<double>(part));
    out->append(digits);
  } else {
    out->append(std::string_view(part));
  }
}

// Joins its arguments into one message: Text("y holds ", 3, " floats"). Not with a stream: the
// locales that come with one are 470 KB of the library when libstdc++ is linked in.
template <class... Parts>
std::string Text(const Parts&... parts) {
  std::string out;
  (AppendPart(parts, &out), ...);
  return out;
}

// Throws INVALID_ARGUMENT with the joined parts unless the condition holds.
template <class... Parts>
void Require(bool condition, const Parts&... parts) {
  if (!condition) throw Error(NRNN_INVALID_ARGUMENT, Text(parts...));
}

}  // namespace nrnn

#endif  // NATIVERNN_CORE_ERROR_H_
