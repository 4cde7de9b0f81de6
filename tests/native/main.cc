// Runs the tests. --shape=TEXT: of the sweeps over shapes, only the cases whose name contains TEXT;
// a failing case prints the command line that selects it.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "environment.h"
#include "selection.h"

namespace {

// Sets the variable of "NAME=VALUE" where it is not set.
[[maybe_unused]] void SetDefault(const std::string& text) {
  const size_t end = text.find('=');
  const std::string name = text.substr(0, end);
  if (std::getenv(name.c_str()) != nullptr) return;
  nrnn::test::SetEnvironment(name.c_str(), text.substr(end + 1).c_str());
}

}  // namespace

int main(int argc, char** argv) {
#if defined(NRNN_TEST_ENVIRONMENT)
  SetDefault(NRNN_TEST_ENVIRONMENT);
#endif
  testing::InitGoogleTest(&argc, argv);
  const std::string option = "--shape=";
  for (int k = 1; k < argc; ++k) {
    const std::string argument = argv[k];
    if (argument.rfind(option, 0) != 0) {
      std::fprintf(stderr, "unknown argument %s; known: --shape=TEXT and GoogleTest's\n", argv[k]);
      return 2;
    }
    nrnn::test::SelectShapes(argument.substr(option.size()));
  }
  return RUN_ALL_TESTS();
}
