// The C interface of devices and of the library itself.
#include <limits>

#include "api/guard.h"

using nrnn::Guard;
using nrnn::Require;
using nrnn::RequireRange;

namespace {
constexpr int32_t kAbiVersion = 4;
constexpr int32_t kMaxThreads = 1024;
constexpr int64_t kMinWorkingSet = int64_t{1} << 10;
constexpr int64_t kMaxWorkingSet = int64_t{1} << 30;
}  // namespace

int32_t nrnn_abi_version(void) { return kAbiVersion; }

nrnn_status nrnn_live_objects(int64_t* out_count) {
  return Guard("nrnn_live_objects", [&] {
    Require(out_count != nullptr, "out_count is null");
    *out_count = nrnn::LiveObject::Count();
  });
}

nrnn_status nrnn_device_count(int32_t kind, int32_t* out_count) {
  return Guard("nrnn_device_count", [&] {
    RequireRange("kind", kind, NRNN_DEVICE_CPU, NRNN_DEVICE_CUDA);
    Require(out_count != nullptr, "out_count is null");
    *out_count = kind == NRNN_DEVICE_CPU ? 1 : nrnn::CountCudaDevices();
  });
}

nrnn_status nrnn_device_open(const nrnn_device_config* config, nrnn_device** out_device) {
  return Guard("nrnn_device_open", [&] {
    Require(config != nullptr, "config is null");
    Require(out_device != nullptr, "out_device is null");
    RequireRange("kind", config->kind, NRNN_DEVICE_CPU, NRNN_DEVICE_CUDA);
    RequireRange("threads", config->threads, 0, kMaxThreads);
    RequireRange("cpu_target", config->cpu_target, NRNN_CPU_TARGET_BEST, NRNN_CPU_TARGET_NEON);
    RequireRange("precision", config->precision, NRNN_PRECISION_FLOAT32, NRNN_PRECISION_FLOAT16);
    if (config->kind == NRNN_DEVICE_CUDA) {
      RequireRange("index", config->index, 0, std::numeric_limits<int32_t>::max());
      const auto precision = static_cast<nrnn_precision>(config->precision);
      *out_device = new nrnn_device(nrnn::OpenCudaBackend(config->index, precision));
      return;
    }
    RequireRange("index", config->index, 0, 0);
    if (config->precision != NRNN_PRECISION_FLOAT32) {
      throw nrnn::Error(NRNN_UNSUPPORTED,
                        "precision is not FLOAT32: the CPU computes in float32 only");
    }
    *out_device = new nrnn_device(nrnn::OpenCpuBackend(config->threads, config->cpu_target));
  });
}

void nrnn_device_close(nrnn_device* device) { delete device; }

nrnn_status nrnn_device_describe(const nrnn_device* device,
                                 nrnn_device_properties* out_properties) {
  return Guard("nrnn_device_describe", [&] {
    Require(device != nullptr, "device is null");
    Require(out_properties != nullptr, "out_properties is null");
    *out_properties = device->backend->Describe();
  });
}

nrnn_status nrnn_device_measure(nrnn_device* device, int64_t working_set,
                                nrnn_device_limits* out_limits) {
  return Guard("nrnn_device_measure", [&] {
    Require(device != nullptr, "device is null");
    Require(out_limits != nullptr, "out_limits is null");
    RequireRange("working_set", working_set, kMinWorkingSet, kMaxWorkingSet);
    *out_limits = device->backend->MeasureLimits(working_set);
  });
}

nrnn_status nrnn_device_synchronize(nrnn_device* device) {
  return Guard("nrnn_device_synchronize", [&] {
    Require(device != nullptr, "device is null");
    device->backend->Synchronize();
  });
}
