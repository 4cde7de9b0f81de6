#include "fixture.h"

#include <limits>
#include <stdexcept>

#include "selection.h"

namespace nrnn::test {

void Check(nrnn_status status) {
  if (status != NRNN_OK) throw std::runtime_error(nrnn_last_error());
}

namespace {

nrnn_device_config ConfigOf(int32_t threads, int32_t target) {
  nrnn_device_config config = {};
  if (target == kCudaTarget) {
    config.kind = NRNN_DEVICE_CUDA;
  } else {
    config.threads = threads;
    config.cpu_target = target;
  }
  return config;
}

}  // namespace

Device::Device(int32_t threads, int32_t target) {
  const nrnn_device_config config = ConfigOf(threads, target);
  nrnn_device* opened = nullptr;
  Check(nrnn_device_open(&config, &opened));
  device_.reset(opened);
}

bool Device::IsGpu() const {
  nrnn_device_properties properties = {};
  Check(nrnn_device_describe(get(), &properties));
  return properties.kind == NRNN_DEVICE_CUDA;
}

Buffer::Buffer(const Device& device, int64_t length, nrnn_dtype dtype) {
  nrnn_buffer* created = nullptr;
  Check(nrnn_buffer_create(device.get(), dtype, length, &created));
  buffer_.reset(created);
}

Buffer::Buffer(const Device& device, const std::vector<float>& values)
    : Buffer(device, static_cast<int64_t>(values.size())) {
  Check(nrnn_buffer_write(get(), 0, values.data(), length()));
}

Buffer::Buffer(const Device& device, const std::vector<double>& values)
    : Buffer(device, std::vector<float>(values.begin(), values.end())) {}

Buffer::Buffer(const Device& device, const std::vector<int32_t>& values)
    : Buffer(device, static_cast<int64_t>(values.size()), NRNN_DTYPE_INT32) {
  Check(nrnn_buffer_write_int32(get(), 0, values.data(), length()));
}

Buffer Buffer::Unwritten(const Device& device, int64_t length) {
  Buffer buffer(device, length);
  Check(nrnn_buffer_fill(buffer.get(), std::numeric_limits<float>::quiet_NaN()));
  return buffer;
}

int64_t Buffer::length() const {
  int64_t length = 0;
  Check(nrnn_buffer_length(get(), &length));
  return length;
}

std::vector<float> Buffer::Read() const {
  std::vector<float> values(static_cast<size_t>(length()));
  Check(nrnn_buffer_read(get(), 0, values.data(), length()));
  return values;
}

std::vector<int32_t> Buffer::ReadInt32() const {
  std::vector<int32_t> values(static_cast<size_t>(length()));
  Check(nrnn_buffer_read_int32(get(), 0, values.data(), length()));
  return values;
}

Buffer Buffer::Slice(int64_t offset, int64_t length) const {
  nrnn_buffer* sliced = nullptr;
  Check(nrnn_buffer_slice(get(), offset, length, &sliced));
  Buffer slice;
  slice.buffer_.reset(sliced);
  return slice;
}

Rnn::Rnn(const Device& device, const nrnn_rnn_config& config) {
  nrnn_rnn* created = nullptr;
  Check(nrnn_rnn_create(device.get(), &config, &created));
  rnn_.reset(created);
}

int64_t Rnn::ParamsLength() const {
  int64_t length = 0;
  Check(nrnn_rnn_params_length(get(), &length));
  return length;
}

int64_t Rnn::ReserveLength(int64_t steps, int64_t batch) const {
  int64_t length = 0;
  Check(nrnn_rnn_reserve_length(get(), steps, batch, &length));
  return length;
}

Weights::Weights(const Rnn& rnn, const Buffer& params, int32_t storage) {
  nrnn_weights* packed = nullptr;
  Check(nrnn_weights_pack(rnn.get(), params.get(), storage, &packed));
  weights_.reset(packed);
}

int64_t Weights::Bytes() const {
  int64_t bytes = 0;
  Check(nrnn_weights_bytes(get(), &bytes));
  return bytes;
}

Stream::Stream(const Weights& weights, int64_t batch) {
  nrnn_stream* opened = nullptr;
  Check(nrnn_stream_open(weights.get(), batch, &opened));
  stream_.reset(opened);
}

std::vector<float> Stream::Run(int64_t steps, const std::vector<float>& x, int64_t y_length) const {
  std::vector<float> y(static_cast<size_t>(y_length), std::numeric_limits<float>::quiet_NaN());
  Check(
      nrnn_stream_run(get(), steps, x.data(), static_cast<int64_t>(x.size()), y.data(), y_length));
  return y;
}

int64_t LiveObjects() {
  int64_t count = 0;
  Check(nrnn_live_objects(&count));
  return count;
}

nrnn_status Done(const Device& device, nrnn_status status) {
  return status == NRNN_OK ? nrnn_device_synchronize(device.get()) : status;
}

std::string LastReason() {
  const std::string message = nrnn_last_error();
  return message.substr(message.find(": ") + 2);
}

int32_t DefaultTarget() { return OnGpu() ? kCudaTarget : NRNN_CPU_TARGET_BEST; }

const std::vector<int32_t>& Targets() {
#if defined(__aarch64__)
  static const std::vector<int32_t> cpu = {NRNN_CPU_TARGET_NEON};
#else
  static const std::vector<int32_t> cpu = {NRNN_CPU_TARGET_BASELINE, NRNN_CPU_TARGET_AVX2,
                                           NRNN_CPU_TARGET_AVX512};
#endif
  static const std::vector<int32_t> gpu = {kCudaTarget};
  return OnGpu() ? gpu : cpu;
}

std::string TargetName(int32_t target) {
  switch (target) {
    case NRNN_CPU_TARGET_BASELINE:
      return "baseline";
    case NRNN_CPU_TARGET_AVX2:
      return "avx2";
    case NRNN_CPU_TARGET_AVX512:
      return "avx512";
    case NRNN_CPU_TARGET_NEON:
      return "neon";
    case kCudaTarget:
      return "cuda";
    default:
      return "best";
  }
}

bool TargetRuns(int32_t target) {
  const nrnn_device_config config = ConfigOf(1, target);
  nrnn_device* device = nullptr;
  const nrnn_status status = nrnn_device_open(&config, &device);
  nrnn_device_close(device);
  if (status != NRNN_OK && status != NRNN_UNSUPPORTED) Check(status);
  return status == NRNN_OK;
}

}  // namespace nrnn::test
