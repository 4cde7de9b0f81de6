// Random numbers of the CPU backend: a range of elements needs nothing from the ranges before it.
#include "cpu/cpu_backend.h"
#include "cpu/random.h"

namespace nrnn::cpu {
namespace {

// Elements of a task: some 10 microseconds.
constexpr int64_t kGrain = 8192;

}  // namespace

void CpuBackend::Dropout(int64_t length, const float* x, float rate, int64_t seed, int64_t offset,
                         float* y) {
  pool_.For(length, kGrain, [&](int64_t begin, int64_t end) {
    kernels_.random->dropout({seed, offset, begin}, rate, x + begin, y + begin, end - begin);
  });
}

void CpuBackend::RandomUniform(int64_t length, float low, float high, int64_t seed, int64_t offset,
                               float* y) {
  pool_.For(length, kGrain, [&](int64_t begin, int64_t end) {
    kernels_.random->uniform({seed, offset, begin}, low, high, y + begin, end - begin);
  });
}

void CpuBackend::RandomNormal(int64_t length, float mean, float deviation, int64_t seed,
                              int64_t offset, float* y) {
  pool_.For(length, kGrain, [&](int64_t begin, int64_t end) {
    kernels_.random->normal({seed, offset, begin}, mean, deviation, y + begin, end - begin);
  });
}

}  // namespace nrnn::cpu
