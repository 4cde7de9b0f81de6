// Wrong calls of the C interface as tables: each changes one thing of a call that works, and says
// which status and which words of the message it must give.
#ifndef NATIVERNN_TESTS_ABI_WRONG_CALLS_H_
#define NATIVERNN_TESTS_ABI_WRONG_CALLS_H_

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "fixture.h"

namespace nrnn::test {

// Buffers that a failing call must leave alone.
class Outputs {
 public:
  nrnn_buffer* Add(const Device& device, int64_t length) {
    buffers_.emplace_back(device, std::vector<float>(static_cast<size_t>(length), kBefore));
    return buffers_.back().get();
  }
  bool Untouched() const {
    for (const Buffer& buffer : buffers_) {
      for (const float value : buffer.Read()) {
        if (value != kBefore) return false;
      }
    }
    return true;
  }

 private:
  static constexpr float kBefore = 42;
  std::deque<Buffer> buffers_;
};

// Whether the mistake lies in what integers hold: a GPU finds it when the work is done, and may
// have written outputs before.
enum class Found { kAtOnce, kInContents };

// World: everything that the function takes, right as it stands, with members `device` and
// `outputs`.
template <class World>
struct WrongCall {
  const char* name;      // of the test
  const char* function;  // that the message must begin with
  nrnn_status (*call)(World& world);
  const char* argument;  // that the message must name; null: the call is right
  nrnn_status status = NRNN_INVALID_ARGUMENT;
  Found found = Found::kAtOnce;
};

template <class World>
void CheckWrongCall(const WrongCall<World>& wrong) {
  World world;
  const nrnn_status status = wrong.call(world);
  if (wrong.found == Found::kInContents && world.device.IsGpu()) {
    EXPECT_EQ(Done(world.device, status), wrong.status);
    EXPECT_NE(LastReason().find(wrong.argument), std::string::npos) << LastReason();
    return;
  }
  const std::string message = nrnn_last_error();
  if (status == NRNN_UNSUPPORTED && message.find("no CPU kernels") != std::string::npos) {
    GTEST_SKIP() << message;
  }
  if (wrong.argument == nullptr) {
    EXPECT_EQ(status, NRNN_OK) << message;
    return;
  }
  ASSERT_EQ(status, wrong.status) << message;
  EXPECT_EQ(message.rfind(std::string(wrong.function) + ": ", 0), 0U) << message;
  const size_t reason = std::string(wrong.function).size() + 2;
  EXPECT_NE(message.find(wrong.argument, reason), std::string::npos)
      << "\"" << message << "\" does not name " << wrong.argument;
  EXPECT_TRUE(world.outputs.Untouched()) << "an output was written";
}

// Defines the parameterised test Suite over the table calls, one test for each.
#define NRNN_TEST_WRONG_CALLS(Suite, World, calls)                           \
  class Suite : public testing::TestWithParam<WrongCall<World>> {};          \
  TEST_P(Suite, GivesStatusAndNamesArgument) { CheckWrongCall(GetParam()); } \
  INSTANTIATE_TEST_SUITE_P(Wrong, Suite, testing::ValuesIn(calls),           \
                           [](const auto& wrong) { return std::string(wrong.param.name); })

// GoogleTest prints a parameter by this.
template <class World>
void PrintTo(const WrongCall<World>& wrong, std::ostream* out) {
  *out << wrong.function;
}

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_ABI_WRONG_CALLS_H_
