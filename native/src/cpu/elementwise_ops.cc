// Elementwise operations of the CPU backend, in ranges of kGrain elements.
#include <algorithm>

#include "core/strides.h"
#include "cpu/cpu_backend.h"
#include "cpu/elementwise.h"

namespace nrnn::cpu {
namespace {

// Elements of a task: some 5 to 20 microseconds, several times what waking a thread takes.
constexpr int64_t kGrain = 16384;

}  // namespace

void CpuBackend::UnaryForward(nrnn_unary_op op, int64_t length, const float* x, float* y) {
  const auto run = kernels_.elementwise->unary[op];
  pool_.For(length, kGrain,
            [&](int64_t begin, int64_t end) { run(x + begin, y + begin, end - begin); });
}

void CpuBackend::UnaryBackward(nrnn_unary_op op, int64_t length, const float* x, const float* y,
                               const float* dy, float* dx) {
  const auto run = kernels_.elementwise->unary_backward[op];
  pool_.For(length, kGrain, [&](int64_t begin, int64_t end) {
    run(x + begin, y + begin, dy + begin, dx + begin, end - begin);
  });
}

void CpuBackend::Affine(int64_t length, const float* x, float scale, float shift, float* y) {
  pool_.For(length, kGrain, [&](int64_t begin, int64_t end) {
    kernels_.elementwise->affine(x + begin, scale, shift, y + begin, end - begin);
  });
}

void CpuBackend::Where(int64_t length, const float* condition, const float* a, const float* b,
                       float* y) {
  pool_.For(length, kGrain, [&](int64_t begin, int64_t end) {
    kernels_.elementwise->where(condition + begin, a + begin, b + begin, y + begin, end - begin);
  });
}

void CpuBackend::Binary(const BinaryArgs& args) {
  Region region{};
  for (int axis = 0; axis < args.rank; ++axis) {
    if (args.sizes[axis] == 0) return;
    region.Append(args.sizes[axis], args.a_strides[axis], args.b_strides[axis]);
  }
  region = region.Merged();
  if (region.rank == 0) region.Append(1, 1, 1);
  const int last = region.rank - 1;
  const int64_t length = region.sizes[last];
  const auto run = kernels_.elementwise->binary[args.op];
  pool_.For(region.Count(region.rank), kGrain, [&](int64_t begin, int64_t end) {
    Odometer at(region, last, begin / length);
    for (int64_t k = begin % length; begin < end; k = 0, at.Next()) {
      const int64_t count = std::min(length - k, end - begin);
      run(args.a + at.first() + k * region.first[last], region.first[last],
          args.b + at.second() + k * region.second[last], region.second[last], args.y + begin,
          count);
      begin += count;
    }
  });
}

}  // namespace nrnn::cpu
