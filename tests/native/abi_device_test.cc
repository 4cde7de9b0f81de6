// Wrong calls of devices, buffers and the library itself.
#include <gtest/gtest.h>

#include <thread>

#include "abi_wrong_calls.h"

namespace nrnn::test {
namespace {

struct World {
  Outputs outputs;
  nrnn_device_config config = {NRNN_DEVICE_CPU, 0, 1, NRNN_CPU_TARGET_BEST, NRNN_PRECISION_FLOAT32};
  Device device{1}, other{1};
  Buffer floats{device, std::vector<float>{1, 2, 3, 4}};
  Buffer integers{device, std::vector<int32_t>{1, 2, 3, 4}};
  float host[4] = {5, 6, 7, 8};
  int32_t host_integers[4] = {5, 6, 7, 8};

  nrnn_status Open() {
    nrnn_device* opened = nullptr;
    const nrnn_status status = nrnn_device_open(&config, &opened);
    EXPECT_EQ(status == NRNN_OK, opened != nullptr);
    nrnn_device_close(opened);
    return status;
  }
  nrnn_status Create(int32_t dtype, int64_t length) {
    nrnn_buffer* created = nullptr;
    const nrnn_status status = nrnn_buffer_create(device.get(), dtype, length, &created);
    EXPECT_EQ(status == NRNN_OK, created != nullptr);
    nrnn_buffer_close(created);
    return status;
  }
  nrnn_status Measure(int64_t working_set) {
    nrnn_device_limits limits = {-1, -1};
    const nrnn_status status = nrnn_device_measure(device.get(), working_set, &limits);
    EXPECT_EQ(status == NRNN_OK, limits.gflops > 0);
    return status;
  }
  nrnn_status Slice(int64_t offset, int64_t length) {
    nrnn_buffer* sliced = nullptr;
    const nrnn_status status = nrnn_buffer_slice(floats.get(), offset, length, &sliced);
    EXPECT_EQ(status == NRNN_OK, sliced != nullptr);
    nrnn_buffer_close(sliced);
    return status;
  }
  nrnn_status Read(int64_t offset, int64_t count) {
    const nrnn_status status = nrnn_buffer_read(floats.get(), offset, host, count);
    EXPECT_TRUE(status == NRNN_OK || host[0] == 5);
    return status;
  }
};

using W = World;
constexpr int64_t kHuge = int64_t{1} << 62;

const WrongCall<World> kCalls[] = {
    {"LiveObjectsNull", "nrnn_live_objects", [](W&) { return nrnn_live_objects(nullptr); },
     "out_count"},
    {"OpenRight", "nrnn_device_open", [](W& w) { return w.Open(); }, nullptr},
    {"OpenConfigNull", "nrnn_device_open",
     [](W&) {
       nrnn_device* opened = nullptr;
       return nrnn_device_open(nullptr, &opened);
     },
     "config"},
    {"OpenOutNull", "nrnn_device_open", [](W& w) { return nrnn_device_open(&w.config, nullptr); },
     "out_device"},
    {"OpenKind", "nrnn_device_open", [](W& w) { return w.config.kind = 7, w.Open(); }, "kind"},
    {"OpenIndex", "nrnn_device_open", [](W& w) { return w.config.index = 1, w.Open(); }, "index"},
    {"OpenThreadsNegative", "nrnn_device_open",
     [](W& w) { return w.config.threads = -1, w.Open(); }, "threads"},
    {"OpenThreadsMany", "nrnn_device_open", [](W& w) { return w.config.threads = 1025, w.Open(); },
     "threads"},
    {"OpenTargetUnknown", "nrnn_device_open",
     [](W& w) { return w.config.cpu_target = 99, w.Open(); }, "cpu_target"},
#if defined(__aarch64__)
    {"OpenTargetOfAnotherCpu", "nrnn_device_open",
     [](W& w) { return w.config.cpu_target = NRNN_CPU_TARGET_AVX2, w.Open(); }, "cpu_target",
     NRNN_UNSUPPORTED},
#else
    {"OpenTargetOfAnotherCpu", "nrnn_device_open",
     [](W& w) { return w.config.cpu_target = NRNN_CPU_TARGET_NEON, w.Open(); }, "cpu_target",
     NRNN_UNSUPPORTED},
#endif
    {"OpenGpuThatIsNotThere", "nrnn_device_open",
     [](W& w) {
       return w.config = {NRNN_DEVICE_CUDA, 1000, 0, 0, 0}, w.Open();
     },
     "CUDA", NRNN_UNSUPPORTED},
    {"DescribeDeviceNull", "nrnn_device_describe",
     [](W&) {
       nrnn_device_properties properties;
       return nrnn_device_describe(nullptr, &properties);
     },
     "device"},
    {"DescribeOutNull", "nrnn_device_describe",
     [](W& w) { return nrnn_device_describe(w.device.get(), nullptr); }, "out_properties"},
    {"MeasureRight", "nrnn_device_measure", [](W& w) { return w.Measure(1024); }, nullptr},
    {"MeasureDeviceNull", "nrnn_device_measure",
     [](W&) {
       nrnn_device_limits limits;
       return nrnn_device_measure(nullptr, 1024, &limits);
     },
     "device"},
    {"MeasureOutNull", "nrnn_device_measure",
     [](W& w) { return nrnn_device_measure(w.device.get(), 1024, nullptr); }, "out_limits"},
    {"MeasureWorkingSetSmall", "nrnn_device_measure", [](W& w) { return w.Measure(1023); },
     "working_set"},
    {"MeasureWorkingSetLarge", "nrnn_device_measure",
     [](W& w) { return w.Measure((int64_t{1} << 30) + 1); }, "working_set"},
    {"SynchronizeDeviceNull", "nrnn_device_synchronize",
     [](W&) { return nrnn_device_synchronize(nullptr); }, "device"},
    {"CreateRight", "nrnn_buffer_create", [](W& w) { return w.Create(1, 0); }, nullptr},
    {"CreateDeviceNull", "nrnn_buffer_create",
     [](W&) {
       nrnn_buffer* created = nullptr;
       return nrnn_buffer_create(nullptr, NRNN_DTYPE_FLOAT32, 1, &created);
     },
     "device"},
    {"CreateOutNull", "nrnn_buffer_create",
     [](W& w) { return nrnn_buffer_create(w.device.get(), NRNN_DTYPE_FLOAT32, 1, nullptr); },
     "out_buffer"},
    {"CreateDtype", "nrnn_buffer_create", [](W& w) { return w.Create(2, 1); }, "dtype"},
    {"CreateLengthNegative", "nrnn_buffer_create", [](W& w) { return w.Create(0, -1); }, "length"},
    {"CreateLengthHuge", "nrnn_buffer_create", [](W& w) { return w.Create(0, kHuge); }, "length"},
    {"SliceRight", "nrnn_buffer_slice", [](W& w) { return w.Slice(4, 0); }, nullptr},
    {"SliceParentNull", "nrnn_buffer_slice",
     [](W&) {
       nrnn_buffer* sliced = nullptr;
       return nrnn_buffer_slice(nullptr, 0, 1, &sliced);
     },
     "parent"},
    {"SliceOutNull", "nrnn_buffer_slice",
     [](W& w) { return nrnn_buffer_slice(w.floats.get(), 0, 1, nullptr); }, "out_buffer"},
    {"SliceOffsetNegative", "nrnn_buffer_slice", [](W& w) { return w.Slice(-1, 1); }, "offset"},
    {"SliceOffsetBeyond", "nrnn_buffer_slice", [](W& w) { return w.Slice(5, 0); }, "offset"},
    {"SliceLengthBeyond", "nrnn_buffer_slice", [](W& w) { return w.Slice(2, 3); }, "length"},
    {"SliceLengthHuge", "nrnn_buffer_slice", [](W& w) { return w.Slice(4, INT64_MAX); }, "length"},
    {"LengthBufferNull", "nrnn_buffer_length",
     [](W&) {
       int64_t length = 0;
       return nrnn_buffer_length(nullptr, &length);
     },
     "buffer"},
    {"LengthOutNull", "nrnn_buffer_length",
     [](W& w) { return nrnn_buffer_length(w.floats.get(), nullptr); }, "out_length"},
    {"WriteBufferNull", "nrnn_buffer_write",
     [](W& w) { return nrnn_buffer_write(nullptr, 0, w.host, 1); }, "buffer"},
    {"WriteValuesNull", "nrnn_buffer_write",
     [](W& w) { return nrnn_buffer_write(w.floats.get(), 0, nullptr, 1); }, "values"},
    {"WriteBeyond", "nrnn_buffer_write",
     [](W& w) { return nrnn_buffer_write(w.floats.get(), 2, w.host, 3); }, "count"},
    {"WriteFloatsToIntegers", "nrnn_buffer_write",
     [](W& w) { return nrnn_buffer_write(w.integers.get(), 0, w.host, 1); }, "buffer"},
    {"WriteIntegersToFloats", "nrnn_buffer_write_int32",
     [](W& w) { return nrnn_buffer_write_int32(w.floats.get(), 0, w.host_integers, 1); }, "buffer"},
    {"ReadRight", "nrnn_buffer_read", [](W& w) { return w.Read(1, 3); }, nullptr},
    {"ReadOffsetNegative", "nrnn_buffer_read", [](W& w) { return w.Read(-1, 1); }, "offset"},
    {"ReadCountNegative", "nrnn_buffer_read", [](W& w) { return w.Read(0, -1); }, "count"},
    {"ReadCountHuge", "nrnn_buffer_read", [](W& w) { return w.Read(1, INT64_MAX); }, "count"},
    {"ReadOutNull", "nrnn_buffer_read",
     [](W& w) { return nrnn_buffer_read(w.floats.get(), 0, nullptr, 1); }, "out_values"},
    {"ReadFloatsOfIntegers", "nrnn_buffer_read",
     [](W& w) { return nrnn_buffer_read(w.integers.get(), 0, w.host, 1); }, "buffer"},
    {"ReadIntegersBufferNull", "nrnn_buffer_read_int32",
     [](W& w) { return nrnn_buffer_read_int32(nullptr, 0, w.host_integers, 1); }, "buffer"},
    {"FillNull", "nrnn_buffer_fill", [](W&) { return nrnn_buffer_fill(nullptr, 1); }, "buffer"},
    {"FillIntegers", "nrnn_buffer_fill", [](W& w) { return nrnn_buffer_fill(w.integers.get(), 1); },
     "buffer"},
    {"CopySourceNull", "nrnn_buffer_copy",
     [](W& w) { return nrnn_buffer_copy(nullptr, w.outputs.Add(w.device, 4)); }, "source"},
    {"CopyDestinationNull", "nrnn_buffer_copy",
     [](W& w) { return nrnn_buffer_copy(w.floats.get(), nullptr); }, "destination"},
    {"CopyLength", "nrnn_buffer_copy",
     [](W& w) { return nrnn_buffer_copy(w.floats.get(), w.outputs.Add(w.device, 3)); },
     "destination"},
    {"CopyDtype", "nrnn_buffer_copy",
     [](W& w) { return nrnn_buffer_copy(w.integers.get(), w.outputs.Add(w.device, 4)); },
     "destination"},
    {"CopyToAnotherDevice", "nrnn_buffer_copy",
     [](W& w) { return nrnn_buffer_copy(w.floats.get(), w.outputs.Add(w.other, 4)); },
     "destination"},
    {"CopyOntoItselfShifted", "nrnn_buffer_copy",
     [](W& w) {
       const Buffer low = w.floats.Slice(0, 3), high = w.floats.Slice(1, 3);
       return nrnn_buffer_copy(low.get(), high.get());
     },
     "destination"},
};
NRNN_TEST_WRONG_CALLS(AbiDevice, World, kCalls);

TEST(AbiLibrary, VersionIsPositive) { EXPECT_GT(nrnn_abi_version(), 0); }

TEST(AbiLibrary, MessageIsTheThreadsOwn) {
  EXPECT_EQ(nrnn_live_objects(nullptr), NRNN_INVALID_ARGUMENT);
  const std::string mine = nrnn_last_error();
  std::string fresh = "not asked";
  std::thread([&] {
    fresh = nrnn_last_error();
    nrnn_buffer_fill(nullptr, 0);
  }).join();
  EXPECT_EQ(fresh, "");
  EXPECT_EQ(nrnn_last_error(), mine);
}

TEST(AbiLibrary, DescribeFillsInTheChoices) {
  const Device device(0, NRNN_CPU_TARGET_BEST);
  nrnn_device_properties properties = {-1, -1, -1, -1, -1, -1, -1, -1};
  Check(nrnn_device_describe(device.get(), &properties));
  EXPECT_EQ(properties.kind, NRNN_DEVICE_CPU);
  EXPECT_EQ(properties.index, 0);
  EXPECT_GE(properties.threads, 1);
  EXPECT_NE(properties.cpu_target, NRNN_CPU_TARGET_BEST);
  for (const int32_t target : Targets()) {
    if (!TargetRuns(target)) continue;
    const Device chosen(3, target);
    Check(nrnn_device_describe(chosen.get(), &properties));
    if (target == kCudaTarget) {
      EXPECT_EQ(properties.kind, NRNN_DEVICE_CUDA);
      EXPECT_GE(properties.compute_capability, 70);
      EXPECT_GE(properties.multiprocessors, 1);
      EXPECT_GT(properties.memory_bytes, 0);
      continue;
    }
    EXPECT_EQ(properties.threads, 3);
    EXPECT_EQ(properties.cpu_target, target);
  }
}

#ifndef NATIVERNN_SANITIZED  // sanitizers end the process instead
TEST(AbiLibrary, BufferThatDoesNotFitIsOutOfMemory) {
  const Device device(1);
  nrnn_buffer* created = nullptr;
  const nrnn_status status =
      nrnn_buffer_create(device.get(), NRNN_DTYPE_FLOAT32, int64_t{1} << 40, &created);
  nrnn_buffer_close(created);
  if (status == NRNN_OK) GTEST_SKIP() << "this system lends 4 TB of address space";
  EXPECT_EQ(status, NRNN_OUT_OF_MEMORY) << nrnn_last_error();
  EXPECT_EQ(created, nullptr);
}
#endif

}  // namespace
}  // namespace nrnn::test
