#include "selection.h"

#include <gtest/gtest.h>

namespace nrnn::test {
namespace {

std::string& SelectedText() {
  static std::string text;
  return text;
}

}  // namespace

void SelectShapes(const std::string& text) { SelectedText() = text; }

bool Selected(const std::string& shape) { return shape.find(SelectedText()) != std::string::npos; }

std::string Repro(const std::string& shape) {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  return std::string("native_tests --gtest_filter=") + test->test_suite_name() + "." +
         test->name() + " --shape=" + shape;
}

}  // namespace nrnn::test
