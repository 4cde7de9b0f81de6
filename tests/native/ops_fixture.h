// What the tests of elementwise operations, rows, losses, optimisers and random numbers share:
// devices of one instruction set with one and three threads, and buffers that lie at awkward
// places.
#ifndef NATIVERNN_TESTS_OPS_FIXTURE_H_
#define NATIVERNN_TESTS_OPS_FIXTURE_H_

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "fixture.h"
#include "numbers.h"
#include "selection.h"

namespace nrnn::test {

// A slice that begins where no vector is aligned, between NaNs that must stay.
class Placed {
 public:
  Placed(const Device& device, const std::vector<double>& values, int64_t offset)
      : whole_(Buffer::Unwritten(device, offset + static_cast<int64_t>(values.size()) + kAfter)),
        offset_(offset),
        part_(whole_.Slice(offset, static_cast<int64_t>(values.size()))) {
    const std::vector<float> floats = Floats(values);
    Check(nrnn_buffer_write(part_.get(), 0, floats.data(), static_cast<int64_t>(floats.size())));
  }
  nrnn_buffer* get() const { return part_.get(); }
  std::vector<float> Read() const { return part_.Read(); }
  // Whether everything around the slice is NaN still.
  bool Alone() const {
    const std::vector<float> all = whole_.Read();
    const auto begin = static_cast<size_t>(offset_), end = all.size() - kAfter;
    for (size_t k = 0; k < all.size(); ++k) {
      if ((k < begin || k >= end) && !std::isnan(all[k])) return false;
    }
    return true;
  }

 private:
  static constexpr int64_t kAfter = 17;
  Buffer whole_;
  int64_t offset_;
  Buffer part_;
};

// Param: nrnn_cpu_target.
class OpsTest : public testing::TestWithParam<int32_t> {
 protected:
  void SetUp() override {
    NRNN_SKIP_UNLESS_RUNS(GetParam());
    one_ = std::make_unique<Device>(1, GetParam());
    three_ = std::make_unique<Device>(3, GetParam());
  }
  const Device& one() const { return *one_; }
  const Device& three() const { return *three_; }

  // body(device) with one thread and with three gives the same bits.
  template <class Body>
  void ExpectSameBits(const Body& body, const std::string& what) {
    EXPECT_TRUE(SameBits(body(three()), body(one()), what));
  }

 private:
  std::unique_ptr<Device> one_, three_;
};

#define NRNN_INSTANTIATE_TARGETS(suite)                                              \
  INSTANTIATE_TEST_SUITE_P(Targets, suite, testing::ValuesIn(nrnn::test::Targets()), \
                           [](const auto& target) { return TargetName(target.param); })

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_OPS_FIXTURE_H_
