// Layer normalisation of the CPU backend: rows are split over the pool. The sums over rows are made
// in parts of kPartRows rows each, whatever the number of threads, and the parts are added in
// order.
#include <algorithm>

#include "cpu/aligned_floats.h"
#include "cpu/cpu_backend.h"
#include "cpu/layer_norm.h"

namespace nrnn::cpu {
namespace {

// Rows of a part: the parts take 1/16 of the memory of x, and a sum of a million rows has chains of
// 32 and 32768 floats.
constexpr int64_t kPartRows = 32;
// Elements of a task of the forward pass: some 10 microseconds.
constexpr int64_t kGrain = 16384;
// Columns of a task that adds parts.
constexpr int64_t kColumns = 256;

// The parts of one call. It only grows; each of the callers' threads has its own.
AlignedFloats& Parts() {
  thread_local AlignedFloats parts;
  return parts;
}

}  // namespace

void CpuBackend::LayerNormForward(const LayerNormArgs& args) {
  const int64_t grain = std::max<int64_t>(kGrain / args.columns, 1);
  pool_.For(args.rows, grain,
            [&](int64_t begin, int64_t end) { kernels_.layer_norm->forward(args, begin, end); });
}

void CpuBackend::LayerNormBackward(const LayerNormBackwardArgs& args) {
  const LayerNormKernels& kernels = *kernels_.layer_norm;
  const int64_t columns = args.columns, count = (args.rows + kPartRows - 1) / kPartRows;
  const bool sums = args.dweight || args.dbias;
  float* parts = sums ? Parts().Grow(2 * count * columns) : nullptr;
  pool_.For(args.rows, kPartRows, [&](int64_t begin, int64_t end) {
    float* part = sums ? parts + begin / kPartRows * 2 * columns : nullptr;
    kernels.backward(args, begin, end, args.dweight ? part : nullptr,
                     args.dbias ? part + columns : nullptr);
  });
  if (!sums || count == 0) return;
  pool_.For(columns, kColumns, [&](int64_t begin, int64_t end) {
    const int64_t width = end - begin;
    if (args.dweight) {
      kernels.add_parts(parts + begin, count, 2 * columns, width, args.dweight + begin);
    }
    if (args.dbias) {
      kernels.add_parts(parts + columns + begin, count, 2 * columns, width, args.dbias + begin);
    }
  });
}

}  // namespace nrnn::cpu
