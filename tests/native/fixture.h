// The C interface behind RAII, for tests: Device, Buffer, Rnn, Weights, Stream. A call that fails
// throws its message, which fails the test.
#ifndef NATIVERNN_TESTS_FIXTURE_H_
#define NATIVERNN_TESTS_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nativernn/nativernn.h"

namespace nrnn::test {

// Throws std::runtime_error with nrnn_last_error() unless status is NRNN_OK.
void Check(nrnn_status status);

// In place of an instruction set: the GPU, or what stands for it (NATIVERNN_CUDA_LIBRARY).
constexpr int32_t kCudaTarget = 100;
// Of this program: the GPU, or the best instruction set.
int32_t DefaultTarget();

struct Closer {
  void operator()(nrnn_device* device) const { nrnn_device_close(device); }
  void operator()(nrnn_buffer* buffer) const { nrnn_buffer_close(buffer); }
  void operator()(nrnn_rnn* rnn) const { nrnn_rnn_close(rnn); }
  void operator()(nrnn_weights* weights) const { nrnn_weights_close(weights); }
  void operator()(nrnn_stream* stream) const { nrnn_stream_close(stream); }
};

class Device {
 public:
  // target: nrnn_cpu_target, or kCudaTarget: the first GPU, whatever threads is.
  explicit Device(int32_t threads = 1, int32_t target = DefaultTarget());
  nrnn_device* get() const { return device_.get(); }
  bool IsGpu() const;
  void Close() { device_.reset(); }

 private:
  std::unique_ptr<nrnn_device, Closer> device_;
};

class Buffer {
 public:
  Buffer() = default;  // no buffer: get() is null
  // Zeros.
  Buffer(const Device& device, int64_t length, nrnn_dtype dtype = NRNN_DTYPE_FLOAT32);
  Buffer(const Device& device, const std::vector<float>& values);
  Buffer(const Device& device, const std::vector<double>& values);  // rounded to float
  Buffer(const Device& device, const std::vector<int32_t>& values);

  // A float buffer full of NaN: an output that is not written, or an input that is read before,
  // shows.
  static Buffer Unwritten(const Device& device, int64_t length);
  // A buffer of values, or no buffer when there are none.
  template <class Value>
  static Buffer OrNone(const Device& device, const std::vector<Value>& values) {
    return values.empty() ? Buffer() : Buffer(device, values);
  }

  nrnn_buffer* get() const { return buffer_.get(); }
  int64_t length() const;
  std::vector<float> Read() const;
  std::vector<int32_t> ReadInt32() const;
  Buffer Slice(int64_t offset, int64_t length) const;
  void Close() { buffer_.reset(); }

 private:
  std::unique_ptr<nrnn_buffer, Closer> buffer_;
};

// A stack without dropout or options.
inline nrnn_rnn_config PlainConfig(nrnn_cell cell, int32_t reset_after, int32_t num_layers,
                                   int32_t directions, int32_t batch_first, int32_t bias,
                                   int32_t input_size, int32_t hidden_size) {
  nrnn_rnn_config config = {};
  config.cell = cell;
  config.reset_after = reset_after;
  config.num_layers = num_layers;
  config.directions = directions;
  config.batch_first = batch_first;
  config.bias = bias;
  config.input_size = input_size;
  config.hidden_size = hidden_size;
  return config;
}

class Rnn {
 public:
  Rnn(const Device& device, const nrnn_rnn_config& config);
  nrnn_rnn* get() const { return rnn_.get(); }
  int64_t ParamsLength() const;
  int64_t ReserveLength(int64_t steps, int64_t batch) const;
  void Close() { rnn_.reset(); }

 private:
  std::unique_ptr<nrnn_rnn, Closer> rnn_;
};

class Weights {
 public:
  Weights(const Rnn& rnn, const Buffer& params, int32_t storage);
  nrnn_weights* get() const { return weights_.get(); }
  int64_t Bytes() const;
  void Close() { weights_.reset(); }

 private:
  std::unique_ptr<nrnn_weights, Closer> weights_;
};

class Stream {
 public:
  Stream(const Weights& weights, int64_t batch);
  nrnn_stream* get() const { return stream_.get(); }
  // The next steps: x is [steps,B,I], the result [steps,B,H].
  std::vector<float> Run(int64_t steps, const std::vector<float>& x, int64_t y_length) const;
  void Close() { stream_.reset(); }

 private:
  std::unique_ptr<nrnn_stream, Closer> stream_;
};

int64_t LiveObjects();

// The status of a call once its work is done: what integers hold a GPU finds only then.
nrnn_status Done(const Device& device, nrnn_status status);
// The last message without the function's name, which is that of the call that waited.
std::string LastReason();

// The instruction sets that tests run over, or the GPU.
const std::vector<int32_t>& Targets();
// "baseline", "avx2", ...
std::string TargetName(int32_t target);
// Whether this machine and build run the target: tests skip the others.
bool TargetRuns(int32_t target);

// Skips the test, with the reason, where the target does not run.
#define NRNN_SKIP_UNLESS_RUNS(target)              \
  if (!::nrnn::test::TargetRuns(target))           \
  GTEST_SKIP() << ::nrnn::test::TargetName(target) \
               << " kernels do not run here: " << nrnn_last_error()

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_FIXTURE_H_
