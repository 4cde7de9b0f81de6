// GPUs that are missing, full, broken or lost, through the C interface on the emulator: the status,
// the words, and that the CPU goes on.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "fixture.h"

namespace nrnn::test {
namespace {

constexpr const char* kVariables[] = {"NATIVERNN_EMULATED_NO_GPU", "NATIVERNN_EMULATED_MEMORY",
                                      "NATIVERNN_EMULATED_REFUSED_LAUNCH",
                                      "NATIVERNN_EMULATED_LOST", "NATIVERNN_EMULATED_CAPABILITY"};

class CudaFailure : public testing::Test {
 protected:
  void SetUp() override { setenv("NATIVERNN_CUDA_LIBRARY", NATIVERNN_EMULATED_LIBRARY, 1); }
  void TearDown() override {
    for (const char* variable : kVariables) unsetenv(variable);
#if !defined(NATIVERNN_NO_CPU_KERNELS)
    const Device cpu(1, NRNN_CPU_TARGET_BEST);
    EXPECT_EQ(Buffer(cpu, std::vector<float>{1, 2}).Read()[1], 2);
#endif
  }

  static void ExpectFailure(nrnn_status got, nrnn_status want,
                            const std::vector<std::string>& words) {
    const std::string message = nrnn_last_error();
    EXPECT_EQ(got, want) << message;
    for (const std::string& word : words) {
      EXPECT_NE(message.find(word), std::string::npos) << message;
    }
  }
  static nrnn_status Open(int32_t index = 0, int32_t precision = NRNN_PRECISION_FLOAT32) {
    const nrnn_device_config config = {NRNN_DEVICE_CUDA, index, 0, 0, precision};
    nrnn_device* device = nullptr;
    const nrnn_status status = nrnn_device_open(&config, &device);
    nrnn_device_close(device);
    return status;
  }
};

TEST_F(CudaFailure, NoDriver) {
  setenv("NATIVERNN_EMULATED_NO_GPU", "35", 1);
  int32_t count = -1;
  ExpectFailure(nrnn_device_count(NRNN_DEVICE_CUDA, &count), NRNN_UNSUPPORTED,
                {"nrnn_device_count", "no NVIDIA driver", "cudaGetDeviceCount", "35"});
  EXPECT_EQ(count, -1);
  ExpectFailure(Open(), NRNN_UNSUPPORTED, {"nrnn_device_open", "no NVIDIA driver"});
}

TEST_F(CudaFailure, NoGpu) {
  setenv("NATIVERNN_EMULATED_NO_GPU", "100", 1);
  ExpectFailure(Open(), NRNN_UNSUPPORTED, {"no GPU", "cudaGetDeviceCount", "100"});
  unsetenv("NATIVERNN_EMULATED_NO_GPU");
  EXPECT_EQ(Open(), NRNN_OK);
}

TEST_F(CudaFailure, NoSuchGpu) {
  ExpectFailure(Open(1), NRNN_UNSUPPORTED, {"index is 1", "CUDA devices are 1"});
}

TEST_F(CudaFailure, PrecisionThatTheGpuLacks) {
  setenv("NATIVERNN_EMULATED_CAPABILITY", "70", 1);
  EXPECT_EQ(Open(), NRNN_OK);
  ExpectFailure(Open(0, NRNN_PRECISION_TF32), NRNN_UNSUPPORTED, {"precision is TF32", "7.0"});
  ExpectFailure(Open(0, NRNN_PRECISION_BFLOAT16), NRNN_UNSUPPORTED, {"precision is BFLOAT16"});
  setenv("NATIVERNN_EMULATED_CAPABILITY", "75", 1);
  EXPECT_EQ(Open(0, NRNN_PRECISION_FLOAT16), NRNN_OK);
  setenv("NATIVERNN_EMULATED_CAPABILITY", "80", 1);
  EXPECT_EQ(Open(0, NRNN_PRECISION_TF32), NRNN_OK);
  EXPECT_EQ(Open(0, NRNN_PRECISION_BFLOAT16), NRNN_OK);
}

TEST_F(CudaFailure, OutOfMemory) {
  setenv("NATIVERNN_EMULATED_MEMORY", "1000000", 1);
  const Device device(1, kCudaTarget);
  nrnn_buffer* buffer = nullptr;
  ExpectFailure(nrnn_buffer_create(device.get(), NRNN_DTYPE_FLOAT32, 1000000, &buffer),
                NRNN_OUT_OF_MEMORY, {"nrnn_buffer_create", "out of memory"});
  EXPECT_EQ(buffer, nullptr);
  EXPECT_EQ(Buffer(device, std::vector<float>{3}).Read()[0], 3);
}

TEST_F(CudaFailure, RefusedLaunch) {
  const Device device(1, kCudaTarget);
  const Buffer buffer(device, 100);
  setenv("NATIVERNN_EMULATED_REFUSED_LAUNCH", "FillKernel", 1);
  ExpectFailure(nrnn_buffer_fill(buffer.get(), 1), NRNN_DEVICE_FAILED,
                {"nrnn_buffer_fill", "FillKernel", "701"});
  unsetenv("NATIVERNN_EMULATED_REFUSED_LAUNCH");
  Check(nrnn_buffer_fill(buffer.get(), 2));
  EXPECT_EQ(buffer.Read()[99], 2);
}

TEST_F(CudaFailure, LostDevice) {
  {
    const Device device(1, kCudaTarget);
    const Buffer buffer(device, 100);
    setenv("NATIVERNN_EMULATED_LOST", "FillKernel", 1);
    EXPECT_EQ(nrnn_buffer_fill(buffer.get(), 1), NRNN_OK);  // queued
    ExpectFailure(nrnn_device_synchronize(device.get()), NRNN_DEVICE_FAILED,
                  {"nrnn_device_synchronize", "cudaStreamSynchronize", "illegal memory access"});
    float value = 0;
    ExpectFailure(nrnn_buffer_read(buffer.get(), 0, &value, 1), NRNN_DEVICE_FAILED, {"700"});
    EXPECT_EQ(nrnn_buffer_fill(buffer.get(), 1), NRNN_DEVICE_FAILED);
    EXPECT_EQ(nrnn_buffer_write(buffer.get(), 0, &value, 1), NRNN_DEVICE_FAILED);
    EXPECT_EQ(Open(), NRNN_DEVICE_FAILED);
  }
  EXPECT_EQ(LiveObjects(), 0);  // all can be closed
}

TEST_F(CudaFailure, BuffersAreClosedByAnyThread) {
  const Device device(1, kCudaTarget);
  for (int k = 0; k < 20; ++k) {
    Buffer buffer(device, 1000 + k);
    Check(nrnn_buffer_fill(buffer.get(), 1));
    std::thread([&] { buffer.Close(); }).join();
  }
  const Buffer zeros(device, 1000);
  for (const float value : zeros.Read()) EXPECT_EQ(value, 0);
}

}  // namespace
}  // namespace nrnn::test
