// The environment variable NATIVERNN_CPU: which instruction set a device that asks for BEST gets.
#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <optional>

#include "environment.h"
#include "fixture.h"

namespace nrnn::test {
namespace {

// Sets NATIVERNN_CPU, or unsets it when null, until it goes out of scope.
class CpuVariable {
 public:
  explicit CpuVariable(const char* value) {
    if (const char* before = std::getenv(kName)) before_ = before;
    Set(value);
  }
  ~CpuVariable() { Set(before_ ? before_->c_str() : nullptr); }
  CpuVariable(const CpuVariable&) = delete;
  CpuVariable& operator=(const CpuVariable&) = delete;

 private:
  static constexpr const char* kName = "NATIVERNN_CPU";
  static void Set(const char* value) { SetEnvironment(kName, value); }
  std::optional<std::string> before_;
};

int32_t TargetOf(const Device& device) {
  nrnn_device_properties properties = {};
  Check(nrnn_device_describe(device.get(), &properties));
  return properties.cpu_target;
}

nrnn_status OpenBest() {
  const nrnn_device_config config = {NRNN_DEVICE_CPU, 0, 1, NRNN_CPU_TARGET_BEST,
                                     NRNN_PRECISION_FLOAT32};
  nrnn_device* device = nullptr;
  const nrnn_status status = nrnn_device_open(&config, &device);
  nrnn_device_close(device);
  return status;
}

// A name of an instruction set that other CPUs have.
#if defined(__aarch64__)
constexpr const char* kForeign = "avx2";
#else
constexpr const char* kForeign = "neon";
#endif

class CpuVariableOf : public testing::TestWithParam<int32_t> {};

TEST_P(CpuVariableOf, ForcesBestInAnyCase) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  std::string name = TargetName(GetParam());
  for (int round = 0; round < 3; ++round) {
    const CpuVariable variable(name.c_str());
    EXPECT_EQ(TargetOf(Device(1)), GetParam()) << name;
    if (round == 0) name[0] = static_cast<char>(std::toupper(name[0]));
    if (round == 1) {
      for (char& letter : name) letter = static_cast<char>(std::toupper(letter));
    }
  }
}

TEST_P(CpuVariableOf, LeavesOneThatIsAskedFor) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  for (const char* value : {"baseline", kForeign, "nonsense"}) {
    const CpuVariable variable(value);
    EXPECT_EQ(TargetOf(Device(1, GetParam())), GetParam()) << value;
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, CpuVariableOf, testing::ValuesIn(Targets()),
                         [](const auto& target) { return TargetName(target.param); });

TEST(CpuVariable, EmptyIsAsNotSet) {
  int32_t best = 0;
  {
    const CpuVariable variable(nullptr);
    best = TargetOf(Device(1));
  }
  const CpuVariable variable("");
  EXPECT_EQ(TargetOf(Device(1)), best);
}

TEST(CpuVariable, UnknownNameIsInvalid) {
  for (const char* value : {"avx", "avx2 ", "best", "sse4", "avx5122"}) {
    const CpuVariable variable(value);
    EXPECT_EQ(OpenBest(), NRNN_INVALID_ARGUMENT) << value;
    const std::string message = nrnn_last_error();
    EXPECT_NE(message.find("NATIVERNN_CPU is \"" + std::string(value) + "\""), std::string::npos)
        << message;
    EXPECT_NE(message.find("baseline, avx2, avx512 or neon"), std::string::npos) << message;
  }
}

TEST(CpuVariable, TargetThatIsNotHereIsUnsupported) {
  const CpuVariable variable(kForeign);
  EXPECT_EQ(OpenBest(), NRNN_UNSUPPORTED);
  const std::string message = nrnn_last_error();
  EXPECT_NE(message.find("NATIVERNN_CPU is " + std::string(kForeign)), std::string::npos)
      << message;
}

}  // namespace
}  // namespace nrnn::test
