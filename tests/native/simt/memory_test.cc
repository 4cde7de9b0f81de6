// Streams, graphs, the caching allocator and staging, on the emulator's queues, which do work as
// late as they may.
#include "cuda/memory.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "numbers.h"

namespace nrnn::cuda {
namespace {

class GpuMemory : public testing::Test {
 protected:
  void SetUp() override {
    UseGpu(0);
    main_ = std::make_shared<Stream>();
    allocator_ = std::make_shared<Allocator>(0, main_);
  }
  void TearDown() override { unsetenv("NATIVERNN_EMULATED_MEMORY"); }

  std::shared_ptr<Stream> main_;
  std::shared_ptr<Allocator> allocator_;
};

using Streams = GpuMemory;
using AllocatorTest = GpuMemory;
using StagingTest = GpuMemory;

TEST_F(Streams, OrderBetweenThemIsWhatEventsSay) {
  Stream other;
  Event filled;
  auto* data = static_cast<unsigned char*>(allocator_->Take(256));
  auto* host = static_cast<unsigned char*>(AllocatePinned(1));
  for (const bool hold : {false, true}) {
    FillBytes(data, 0, 256, *main_);
    main_->Synchronize();
    FillBytes(data, 7, 256, other);
    filled.Record(other);
    if (hold) filled.Hold(*main_);
    CopyToHost(host, data, 1, *main_);
    main_->Synchronize();
    EXPECT_EQ(*host, hold ? 7 : 0);
    EXPECT_EQ(filled.IsDone(), hold);
    other.Synchronize();
  }
  FreePinned(host);
  allocator_->Give(data);
}

TEST_F(Streams, GraphsRunWhatWasCapturedOnEveryLaunch) {
  Stream side;
  Event fork, join;
  auto* data = static_cast<unsigned char*>(allocator_->Take(512));
  auto* host = static_cast<unsigned char*>(AllocatePinned(2));
  FillBytes(data, 0, 512, *main_);
  Graph graph;
  EXPECT_TRUE(graph.empty());
  graph.Capture(*main_, [&] {
    fork.Record(*main_);
    fork.Hold(side);
    FillBytes(data, 3, 1, side);
    join.Record(side);
    join.Hold(*main_);
    CopyOnGpu(data + 1, data, 1, *main_);
  });
  EXPECT_FALSE(graph.empty());
  CopyToHost(host, data, 2, *main_);
  main_->Synchronize();
  EXPECT_EQ(host[0], 0);  // captured, not run
  for (int launch = 0; launch < 2; ++launch) {
    FillBytes(data, 0, 512, *main_);
    graph.Launch(*main_);
    CopyToHost(host, data, 2, *main_);
    main_->Synchronize();
    EXPECT_EQ(host[0], 3);
    EXPECT_EQ(host[1], 3);
  }
  EXPECT_THROW(graph.Capture(*main_, [] { throw std::runtime_error("while capturing"); }),
               std::runtime_error);
  main_->Synchronize();  // no capture goes on
  FreePinned(host);
  allocator_->Give(data);
}

TEST_F(AllocatorTest, SizesGrowByAnEighth) {
  int64_t before = 0;
  for (int64_t bytes = 0; bytes < 1 << 22; bytes += 1 + bytes / 50) {
    const int64_t size = Allocator::SizeClass(bytes);
    EXPECT_GE(size, bytes);
    EXPECT_GE(size, before);
    EXPECT_EQ(size % 256, 0);
    if (bytes >= 2048) {
      EXPECT_LE(size - bytes, bytes / 8);
    }
    EXPECT_EQ(Allocator::SizeClass(size), size);
    before = size;
  }
}

TEST_F(AllocatorTest, HandsOutAgainWhatCameBack) {
  void* first = allocator_->Take(5000);
  void* second = allocator_->Take(5000);
  EXPECT_NE(first, second);
  allocator_->Give(first);
  EXPECT_EQ(allocator_->Take(4990), first);
  void* large = allocator_->Take(1 << 20);
  EXPECT_NE(large, second);
  for (void* memory : {first, second, large}) allocator_->Give(memory);
}

TEST_F(AllocatorTest, GivesKeptMemoryBackBeforeItRunsOut) {
  setenv("NATIVERNN_EMULATED_MEMORY", "1048576", 1);
  allocator_->Give(allocator_->Take(600 << 10));
  void* memory = allocator_->Take(800 << 10);  // fits only without what is kept
  EXPECT_THROW(allocator_->Take(800 << 10), std::bad_alloc);
  void* small = allocator_->Take(100 << 10);  // and goes on
  allocator_->Give(memory);
  allocator_->Give(small);
}

TEST_F(AllocatorTest, ServesManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      test::Numbers numbers(static_cast<uint64_t>(t));
      std::vector<void*> taken;
      for (int k = 0; k < 200; ++k) {
        if (taken.empty() || numbers.Coin()) {
          taken.push_back(allocator_->Take(numbers.Integer(0, 20000)));
        } else {
          allocator_->Give(taken.back());
          taken.pop_back();
        }
      }
      for (void* memory : taken) allocator_->Give(memory);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(StagingTest, BringsEverySizeThereAndBack) {
  Staging staging(*allocator_, *main_);
  test::Numbers numbers(1);
  for (const int64_t bytes : {1, 255, 4096, 16384, 16385, 70000, 300001}) {
    std::vector<unsigned char> values(static_cast<size_t>(bytes));
    for (unsigned char& value : values) value = static_cast<unsigned char>(numbers.Next());
    std::vector<unsigned char> sent = values, back(values.size());
    void* data = allocator_->Take(bytes);
    staging.Write(data, sent.data(), bytes);
    std::memset(sent.data(), 0, sent.size());  // the caller may
    staging.Read(back.data(), data, bytes);
    EXPECT_EQ(back, values) << bytes;
    allocator_->Give(data);
  }
}

TEST_F(StagingTest, WritesKeepTheOrderOfTheStream) {
  Staging staging(*allocator_, *main_);
  auto* data = static_cast<unsigned char*>(allocator_->Take(256 * 200));
  for (int k = 0; k < 200; ++k) {  // more pieces than the ring has events
    const auto value = static_cast<unsigned char>(k);
    FillBytes(data + 256 * k, 255, 256, *main_);
    staging.Write(data + 256 * k, &value, 1);
    CopyOnGpu(data + 256 * k + 1, data + 256 * k, 1, *main_);
    FillBytes(data + 256 * k, 254, 1, *main_);
  }
  std::vector<unsigned char> back(256 * 200);
  staging.Read(back.data(), data, 256 * 200);
  for (size_t k = 0; k < 200; ++k) {
    EXPECT_EQ(back[256 * k], 254);
    EXPECT_EQ(back[256 * k + 1], k);
    EXPECT_EQ(back[256 * k + 2], 255);
  }
  allocator_->Give(data);
}

TEST_F(StagingTest, WriteDoesNotWaitForQueuedWork) {
  Staging staging(*allocator_, *main_);
  void* data = allocator_->Take(1000);
  FillBytes(data, 1, 1000, *main_);
  Event before;
  before.Record(*main_);
  const int value = 5;
  staging.Write(data, &value, int64_t{sizeof(value)});
  EXPECT_FALSE(before.IsDone());
  allocator_->Give(data);
}

}  // namespace
}  // namespace nrnn::cuda
