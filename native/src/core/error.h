// The one exception type of the library: a status and a message that says which argument, what it
// was, what it should be.
#ifndef NATIVERNN_CORE_ERROR_H_
#define NATIVERNN_CORE_ERROR_H_

#include <sstream>
#include <stdexcept>
#include <string>

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

// Joins its arguments into one message: Text("y holds ", 3, " floats").
template <class... Parts>
std::string Text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

// Throws INVALID_ARGUMENT with the joined parts unless the condition holds.
template <class... Parts>
void Require(bool condition, const Parts&... parts) {
  if (!condition) throw Error(NRNN_INVALID_ARGUMENT, Text(parts...));
}

}  // namespace nrnn

#endif  // NATIVERNN_CORE_ERROR_H_
