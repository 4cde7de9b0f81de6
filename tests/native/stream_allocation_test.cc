// A step of a stream allocates nothing: counted by this program's own malloc, in front of glibc's.
#include <gtest/gtest.h>

#include "stream_run.h"

#if defined(__GLIBC__) && !defined(NATIVERNN_SANITIZED)

#include <atomic>

namespace {
std::atomic<int64_t> allocations{0};
}

// glibc's own names for what stands behind malloc, for programs that put something in front.
extern "C" {
void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* block, size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);

void* malloc(size_t bytes) {
  ++allocations;
  return __libc_malloc(bytes);
}
void* calloc(size_t count, size_t bytes) {
  ++allocations;
  return __libc_calloc(count, bytes);
}
void* realloc(void* block, size_t bytes) {
  ++allocations;
  return __libc_realloc(block, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) {
  ++allocations;
  return __libc_memalign(alignment, bytes);
}
}

namespace nrnn::test {
namespace {

TEST(StreamAllocation, StepAllocatesNothing) {
  const Device device(1);
  for (const Cell cell : kCells) {
    for (const nrnn_weight_storage storage : kStorages) {
      RnnCase rnn_case = StreamCase(cell, 1, 2, 9, 33);
      rnn_case.shape.layers = 2;
      const Weights weights = PackCase(device, rnn_case, storage);
      const int64_t before_open = allocations;
      const Stream stream(weights, 2);
      EXPECT_GT(allocations, before_open) << "the library's allocations are not counted";
      const std::vector<float> x(18, 0.5f);
      std::vector<float> y(66);
      const int64_t before = allocations;
      for (int step = 0; step < 100; ++step) {
        Check(nrnn_stream_run(stream.get(), 1, x.data(), 18, y.data(), 66));
      }
      Check(nrnn_stream_reset(stream.get()));
      EXPECT_EQ(allocations, before) << CellName(cell) << " " << StorageName(storage);
    }
  }
}

}  // namespace
}  // namespace nrnn::test

#endif
