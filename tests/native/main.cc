// Runs the tests. --shape=TEXT: of the sweeps over shapes, only the cases whose name contains TEXT;
// a failing case prints the command line that selects it.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "selection.h"

int main(int argc, char** argv) {
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
