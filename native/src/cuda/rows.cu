// Softmax with and without cross-entropy, row by row.
//
//   m = max x,  s = sum exp(x - m),  softmax = exp(x - m) / s,  log-softmax = (x - m) - log s
//   loss = log s - (1 - l) (x[t] - m) - l mean(x - m)          with label smoothing l and target t
//   dx   = dloss (softmax - l / C - (1 - l) [t])
//
// A block has a row at a time, a thread every so many fours of its columns, in every pass over the
// row: results may overwrite what they come from. The row is read from memory once, and again from
// L1 or L2 (an H100's L1 holds rows of some 50,000 floats): bound by memory. Everything is taken
// relative to m, so that large logits lose no digits. NaN in a row reaches every output of the row.
#include <algorithm>

#include "cuda/block_sum.cuh"
#include "cuda/cuda_backend.h"
#include "cuda/fault.cuh"
#include "cuda/math.cuh"
#include "cuda/vectors.cuh"

namespace nrnn::cuda {
namespace {

// Blocks of a row each, with four columns a thread while that is at most 1024 threads.
LaunchShape RowShape(int64_t rows, int64_t columns) {
  constexpr int64_t kColumnsOfWarp = 4 * kWarp;
  const int64_t warps =
      std::clamp<int64_t>((columns + kColumnsOfWarp - 1) / kColumnsOfWarp, 1, kBlockSumRoom);
  return {rows, static_cast<int>(warps) * kWarp, kBlockSumRoom * int64_t{sizeof(float)}};
}

// body(k, v): elements k .. k + 3 of a row are v; those from the row's end on are zeros.
template <bool kAligned, class Body>
NRNN_DEVICE void ForFours(const float* x, int64_t columns, const Body& body) {
  for (int64_t k = Thread() * 4; k < columns; k += Threads() * 4) {
    body(k, LoadFour<kAligned>(x, k, columns));
  }
}

struct RowSum {
  float largest, sum;  // m and s
};

template <bool kAligned>
NRNN_DEVICE RowSum SumExponentials(const float* x, int64_t columns, float* shared) {
  float largest = -Infinity();
  ForFours<kAligned>(x, columns, [&](int64_t k, const Four& v) {
    NRNN_UNROLL
    for (int i = 0; i < 4; ++i) {
      if (k + i < columns) largest = Larger(v.at[i], largest);
    }
  });
  largest = BlockMax(largest, shared);
  float sum = 0.0f;
  ForFours<kAligned>(x, columns, [&](int64_t k, const Four& v) {
    NRNN_UNROLL
    for (int i = 0; i < 4; ++i) sum += k + i < columns ? ExpFlushed(v.at[i] - largest) : 0.0f;
  });
  return {largest, BlockSum(sum, shared)};
}

struct SoftmaxArgs {
  int64_t rows, columns;
  const float* x;
  float* y;
};

template <bool kLogarithm, bool kAligned>
NRNN_KERNEL SoftmaxKernel(SoftmaxArgs args) {
  const int64_t columns = args.columns;
  for (int64_t row = Block(); row < args.rows; row += Blocks()) {
    const float* x = args.x + row * columns;
    float* y = args.y + row * columns;
    const RowSum of = SumExponentials<kAligned>(x, columns, SharedMemory<float>());
    const float scale = kLogarithm ? Log(of.sum) : 1.0f / of.sum;
    ForFours<kAligned>(x, columns, [&](int64_t k, Four v) {
      NRNN_UNROLL
      for (int i = 0; i < 4; ++i) {
        const float shifted = v.at[i] - of.largest;
        v.at[i] = kLogarithm ? shifted - scale : ExpFlushed(shifted) * scale;
      }
      StoreFour<kAligned>(v, y, k, columns);
    });
  }
}

struct SoftmaxBackwardArgs {
  int64_t rows, columns;
  const float* y;
  const float* dy;
  float* dx;
};

// dx = y (dy - sum(dy y)), or dy - exp(y) sum(dy).
template <bool kLogarithm, bool kAligned>
NRNN_KERNEL SoftmaxBackwardKernel(SoftmaxBackwardArgs args) {
  const int64_t columns = args.columns;
  for (int64_t row = Block(); row < args.rows; row += Blocks()) {
    const float* y = args.y + row * columns;
    const float* dy = args.dy + row * columns;
    float* dx = args.dx + row * columns;
    float part = 0.0f;
    ForFours<kAligned>(dy, columns, [&](int64_t k, const Four& d) {
      const Four v = kLogarithm ? Four{} : LoadFour<kAligned>(y, k, columns);
      NRNN_UNROLL
      for (int i = 0; i < 4; ++i) part = kLogarithm ? part + d.at[i] : fmaf(v.at[i], d.at[i], part);
    });
    const float sum = BlockSum(part, SharedMemory<float>());
    ForFours<kAligned>(dy, columns, [&](int64_t k, Four d) {
      const Four v = LoadFour<kAligned>(y, k, columns);
      NRNN_UNROLL
      for (int i = 0; i < 4; ++i) {
        d.at[i] = kLogarithm ? fmaf(-ExpFlushed(v.at[i]), sum, d.at[i]) : v.at[i] * (d.at[i] - sum);
      }
      StoreFour<kAligned>(d, dx, k, columns);
    });
  }
}

struct LossArgs {
  CrossEntropyArgs loss;
  Fault* fault;
  const float* dlosses;  // backward only
  float* out;            // losses or dlogits
};

enum class Target { kClass, kIgnored, kWrong };

// The same in all threads of the row's block; one of them reports.
NRNN_DEVICE Target CheckTarget(const LossArgs& args, int64_t row) {
  const int32_t target = args.loss.targets[row];
  if (target == args.loss.ignore_index) return Target::kIgnored;
  if (target >= 0 && target < args.loss.columns) return Target::kClass;
  if (Thread() == 0) {
    Report(args.fault, {static_cast<int32_t>(Argument::kTargets), target, row, 0,
                        args.loss.columns - 1, 0, args.loss.ignore_index});
  }
  return Target::kWrong;
}

// All threads of the block; the loss.
template <bool kAligned>
NRNN_DEVICE float RowLoss(const CrossEntropyArgs& args, const float* x, int32_t target) {
  float* shared = SharedMemory<float>();
  const RowSum of = SumExponentials<kAligned>(x, args.columns, shared);
  const float log_sum = Log(of.sum), chosen = x[target] - of.largest;
  const float smoothing = args.label_smoothing;
  if (smoothing == 0.0f) return log_sum - chosen;
  float part = 0.0f;
  ForFours<kAligned>(x, args.columns, [&](int64_t k, const Four& v) {
    NRNN_UNROLL
    for (int i = 0; i < 4; ++i) part += k + i < args.columns ? v.at[i] - of.largest : 0.0f;
  });
  const float mean = BlockSum(part, shared) / static_cast<float>(args.columns);
  return log_sum - (1.0f - smoothing) * chosen - smoothing * mean;
}

template <bool kAligned>
NRNN_KERNEL CrossEntropyKernel(LossArgs args) {
  for (int64_t row = Block(); row < args.loss.rows; row += Blocks()) {
    const Target target = CheckTarget(args, row);
    float loss = target == Target::kIgnored ? 0.0f : NotANumber();
    if (target == Target::kClass) {
      const float* x = args.loss.logits + row * args.loss.columns;
      loss = RowLoss<kAligned>(args.loss, x, args.loss.targets[row]);
    }
    if (Thread() == 0) args.out[row] = loss;
  }
}

template <bool kAligned>
NRNN_DEVICE void RowGradient(const LossArgs& args, int64_t row, float* dx) {
  const int64_t columns = args.loss.columns;
  const float* x = args.loss.logits + row * columns;
  const int64_t target = args.loss.targets[row];
  const float dloss = args.dlosses[row], smoothing = args.loss.label_smoothing;
  const RowSum of = SumExponentials<kAligned>(x, columns, SharedMemory<float>());
  const float factor = dloss / of.sum, term = -dloss * (smoothing / static_cast<float>(columns));
  ForFours<kAligned>(x, columns, [&](int64_t k, Four v) {
    NRNN_UNROLL
    for (int i = 0; i < 4; ++i) {
      v.at[i] = fmaf(ExpFlushed(v.at[i] - of.largest), factor, term);
      if (k + i == target) v.at[i] -= dloss * (1.0f - smoothing);
    }
    StoreFour<kAligned>(v, dx, k, columns);
  });
}

template <bool kAligned>
NRNN_KERNEL CrossEntropyBackwardKernel(LossArgs args) {
  const int64_t columns = args.loss.columns;
  for (int64_t row = Block(); row < args.loss.rows; row += Blocks()) {
    float* dx = args.out + row * columns;
    const Target target = CheckTarget(args, row);
    if (target == Target::kClass) {
      RowGradient<kAligned>(args, row, dx);
      continue;
    }
    const float all = target == Target::kIgnored ? 0.0f : NotANumber();
    for (int64_t k = Thread(); k < columns; k += Threads()) dx[k] = all;
  }
}

// Calls body(aligned) with std::true_type where rows of so many columns can be read in fours.
template <class Body, class... Pointers>
void WithAlignment(int64_t columns, const Body& body, Pointers... pointers) {
  if (columns % 4 == 0 && FourAligned(pointers...)) {
    body(std::true_type());
  } else {
    body(std::false_type());
  }
}

}  // namespace

void CudaBackend::SoftmaxForward(int64_t rows, int64_t columns, bool logarithm, const float* x,
                                 float* y) {
  if (rows == 0) return;
  const auto run = [&](auto aligned) {
    constexpr bool kAligned = decltype(aligned)::value;
    const auto kernel =
        logarithm ? &SoftmaxKernel<true, kAligned> : &SoftmaxKernel<false, kAligned>;
    const SoftmaxArgs args{rows, columns, x, y};
    Launch("SoftmaxForward", kernel, RowShape(rows, columns), args, stream());
  };
  WithAlignment(columns, run, x, y);
}

void CudaBackend::SoftmaxBackward(int64_t rows, int64_t columns, bool logarithm, const float* y,
                                  const float* dy, float* dx) {
  if (rows == 0) return;
  const auto run = [&](auto aligned) {
    constexpr bool kAligned = decltype(aligned)::value;
    const auto kernel = logarithm ? &SoftmaxBackwardKernel<true, kAligned>
                                  : &SoftmaxBackwardKernel<false, kAligned>;
    const SoftmaxBackwardArgs args{rows, columns, y, dy, dx};
    Launch("SoftmaxBackward", kernel, RowShape(rows, columns), args, stream());
  };
  WithAlignment(columns, run, y, dy, dx);
}

void CudaBackend::CrossEntropyForward(const CrossEntropyArgs& args, float* losses) {
  if (args.rows == 0) return;
  const LossArgs loss{args, fault(), nullptr, losses};
  const auto run = [&](auto aligned) {
    Launch("CrossEntropyForward", &CrossEntropyKernel<decltype(aligned)::value>,
           RowShape(args.rows, args.columns), loss, stream());
  };
  WithAlignment(args.columns, run, args.logits);
}

void CudaBackend::CrossEntropyBackward(const CrossEntropyArgs& args, const float* dlosses,
                                       float* dlogits) {
  if (args.rows == 0) return;
  const LossArgs loss{args, fault(), dlosses, dlogits};
  const auto run = [&](auto aligned) {
    Launch("CrossEntropyBackward", &CrossEntropyBackwardKernel<decltype(aligned)::value>,
           RowShape(args.rows, args.columns), loss, stream());
  };
  WithAlignment(args.columns, run, args.logits, dlogits);
}

}  // namespace nrnn::cuda
