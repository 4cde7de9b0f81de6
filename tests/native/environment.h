// Variables of this process's environment.
#ifndef NATIVERNN_TESTS_ENVIRONMENT_H_
#define NATIVERNN_TESTS_ENVIRONMENT_H_

#include <cstdlib>

namespace nrnn::test {

// Null: the variable is not set afterwards.
inline void SetEnvironment(const char* name, const char* value) {
#if defined(_WIN32)
  _putenv_s(name, value == nullptr ? "" : value);  // an empty value unsets
#else
  value == nullptr ? unsetenv(name) : setenv(name, value, 1);
#endif
}

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_ENVIRONMENT_H_
