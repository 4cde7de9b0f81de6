// What the tests of kernels share: memory of the emulated GPU, which is the host's, and environment
// variables that are set while a test looks at them.
#ifndef NATIVERNN_TESTS_SIMT_GPU_MEMORY_H_
#define NATIVERNN_TESTS_SIMT_GPU_MEMORY_H_

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "cuda/runtime.h"

namespace nrnn::test {

// Floats that begin `offset` floats behind a 256-byte boundary.
class GpuFloats {
 public:
  explicit GpuFloats(int64_t length, int64_t offset = 0)
      : memory_(cuda::AllocateGpu(4 * (length + offset + 1))),
        data_(static_cast<float*>(memory_) + offset),
        length_(length) {
    std::fill(data_, data_ + length_, NAN);
  }
  GpuFloats(const std::vector<float>& values, int64_t offset)
      : GpuFloats(static_cast<int64_t>(values.size()), offset) {
    std::copy(values.begin(), values.end(), data_);
  }
  ~GpuFloats() { cuda::FreeGpu(memory_); }
  GpuFloats(const GpuFloats&) = delete;
  GpuFloats& operator=(const GpuFloats&) = delete;

  float* get() const { return data_; }
  std::vector<float> Read() const { return {data_, data_ + length_}; }

 private:
  void* memory_;
  float* data_;
  int64_t length_;
};

class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_SIMT_GPU_MEMORY_H_
