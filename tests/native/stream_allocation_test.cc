// A step of a stream allocates nothing.
#include <gtest/gtest.h>

#include "allocations.h"
#include "stream_run.h"

namespace nrnn::test {
namespace {

TEST(StreamAllocation, StepAllocatesNothing) {
  if (!AllocationsAreCounted()) GTEST_SKIP() << "this build has another allocator";
  const Device device(1);
  for (const Cell cell : kCells) {
    for (const nrnn_weight_storage storage : kStorages) {
      RnnCase rnn_case = StreamCase(cell, 1, 2, 9, 33);
      rnn_case.shape.layers = 2;
      const Weights weights = PackCase(device, rnn_case, storage);
      const AllocationCounter opening;
      const Stream stream(weights, 2);
      EXPECT_GT(opening.count(), 0) << "the library's allocations are not counted";
      const std::vector<float> x(18, 0.5f);
      std::vector<float> y(66);
      const AllocationCounter stepping;
      for (int step = 0; step < 100; ++step) {
        Check(nrnn_stream_run(stream.get(), 1, x.data(), 18, y.data(), 66));
      }
      Check(nrnn_stream_reset(stream.get()));
      EXPECT_EQ(stepping.count(), 0) << CellName(cell) << " " << StorageName(storage);
    }
  }
}

}  // namespace
}  // namespace nrnn::test
