// Softmax with and without cross-entropy, row by row.
//
//   m = max x,  s = sum exp(x - m),  softmax = exp(x - m) / s,  log-softmax = (x - m) - log s
//   loss = log s - (1 - l) (x[t] - m) - l mean(x - m)          with label smoothing l and target t
//   dx   = dloss (softmax - l / C - (1 - l) [t])
//
// A row is read once for the maximum and once for the exponentials, which are kept in the output
// where there is one; it stays in L1 or L2 between the passes. Everything is taken relative to m,
// so that large logits lose no digits. NaN in a row reaches every output of the row through s.
#include "cpu/rows.h"

#include "cpu/kernels.h"
#include "cpu/math-inl.h"
#include "cpu/max-inl.h"
#include "cpu/runs-inl.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace {

constexpr FloatTag kTag{};

HWY_INLINE float Total(FloatVec v) { return hn::GetLane(hn::SumOfLanes(kTag, v)); }

// v, with zeros behind its first lanes.
HWY_INLINE FloatVec Keep(FloatVec v, size_t lanes) {
  return lanes == kLanes ? v : hn::IfThenElseZero(hn::FirstN(kTag, lanes), v);
}

// Any NaN in the row may be missed here: the sum of exponentials has it.
float RowMax(const float* x, int64_t count) {
  FloatVec largest = Constant(x[0]);
  ForVectors(count, [&](int64_t k, size_t lanes) {
    FloatVec v = Load(x + k, lanes);
    if (lanes != kLanes) v = hn::IfThenElse(hn::FirstN(kTag, lanes), v, largest);
    largest = hn::Max(largest, v);
  });
  return hn::GetLane(hn::MaxOfLanes(kTag, largest));
}

// The sum of exp(x - m), which are written to y unless y is null.
float SumExponentials(const float* x, float m, int64_t count, float* y) {
  const FloatVec shift = Constant(m);
  FloatVec sum = hn::Zero(kTag);
  ForVectors(count, [&](int64_t k, size_t lanes) {
    const FloatVec e = ExpFlushed(kTag, hn::Sub(Load(x + k, lanes), shift));
    if (y) Store(e, y + k, lanes);
    sum = hn::Add(sum, Keep(e, lanes));
  });
  return Total(sum);
}

float LogOf(float x) { return hn::GetLane(Log(kTag, Constant(x))); }

// y = x * factor + term; y may be x.
void ScaleAndShift(const float* x, float factor, float term, int64_t count, float* y) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    Store(hn::MulAdd(Load(x + k, lanes), Constant(factor), Constant(term)), y + k, lanes);
  });
}

void Softmax(int64_t rows, int64_t columns, const float* x, float* y) {
  for (int64_t r = 0; r < rows; ++r, x += columns, y += columns) {
    const float sum = SumExponentials(x, RowMax(x, columns), columns, y);
    ScaleAndShift(y, 1.0f / sum, 0.0f, columns, y);
  }
}

void LogSoftmax(int64_t rows, int64_t columns, const float* x, float* y) {
  for (int64_t r = 0; r < rows; ++r, x += columns, y += columns) {
    const float m = RowMax(x, columns);
    const FloatVec shift = Constant(m),
                   log_sum = Constant(LogOf(SumExponentials(x, m, columns, nullptr)));
    ForVectors(columns, [&](int64_t k, size_t lanes) {
      Store(hn::Sub(hn::Sub(Load(x + k, lanes), shift), log_sum), y + k, lanes);
    });
  }
}

void SoftmaxBackward(int64_t rows, int64_t columns, const float* y, const float* dy, float* dx) {
  for (int64_t r = 0; r < rows; ++r, y += columns, dy += columns, dx += columns) {
    FloatVec sum = hn::Zero(kTag);
    ForVectors(columns, [&](int64_t k, size_t lanes) {
      sum = hn::MulAdd(Load(y + k, lanes), Load(dy + k, lanes), sum);
    });
    const FloatVec total = Constant(Total(sum));
    ForVectors(columns, [&](int64_t k, size_t lanes) {
      const FloatVec change = hn::Sub(Load(dy + k, lanes), total);
      Store(hn::Mul(Load(y + k, lanes), change), dx + k, lanes);
    });
  }
}

void LogSoftmaxBackward(int64_t rows, int64_t columns, const float* y, const float* dy, float* dx) {
  for (int64_t r = 0; r < rows; ++r, y += columns, dy += columns, dx += columns) {
    FloatVec sum = hn::Zero(kTag);
    ForVectors(columns, [&](int64_t k, size_t lanes) { sum = hn::Add(sum, Load(dy + k, lanes)); });
    const FloatVec total = Constant(Total(sum));
    ForVectors(columns, [&](int64_t k, size_t lanes) {
      const FloatVec p = ExpFlushed(kTag, Load(y + k, lanes));
      Store(hn::NegMulAdd(p, total, Load(dy + k, lanes)), dx + k, lanes);
    });
  }
}

float RowLoss(const CrossEntropyArgs& args, const float* x, int32_t target) {
  const float m = RowMax(x, args.columns);
  const float log_sum = LogOf(SumExponentials(x, m, args.columns, nullptr));
  const float smoothing = args.label_smoothing;
  if (smoothing == 0.0f) return log_sum - (x[target] - m);
  FloatVec sum = hn::Zero(kTag);
  ForVectors(args.columns, [&](int64_t k, size_t lanes) {
    sum = hn::Add(sum, Keep(hn::Sub(Load(x + k, lanes), Constant(m)), lanes));
  });
  const float mean = Total(sum) / static_cast<float>(args.columns);
  return log_sum - (1.0f - smoothing) * (x[target] - m) - smoothing * mean;
}

void CrossEntropy(const CrossEntropyArgs& args, int64_t begin, int64_t end, float* losses) {
  for (int64_t r = begin; r < end; ++r) {
    const int32_t target = args.targets[r];
    losses[r] =
        target == args.ignore_index ? 0.0f : RowLoss(args, args.logits + r * args.columns, target);
  }
}

void CrossEntropyBackward(const CrossEntropyArgs& args, int64_t begin, int64_t end,
                          const float* dlosses, float* dlogits) {
  const int64_t columns = args.columns;
  for (int64_t r = begin; r < end; ++r) {
    const float* x = args.logits + r * columns;
    float* dx = dlogits + r * columns;
    if (args.targets[r] == args.ignore_index) {
      ForVectors(columns, [&](int64_t k, size_t lanes) { Store(hn::Zero(kTag), dx + k, lanes); });
      continue;
    }
    const float sum = SumExponentials(x, RowMax(x, columns), columns, dx);
    const float uniform = args.label_smoothing / static_cast<float>(columns);
    ScaleAndShift(dx, dlosses[r] / sum, -dlosses[r] * uniform, columns, dx);
    dx[args.targets[r]] -= dlosses[r] * (1.0f - args.label_smoothing);
  }
}

void Add(const float* x, float* y, int64_t count) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    Store(hn::Add(Load(y + k, lanes), Load(x + k, lanes)), y + k, lanes);
  });
}

constexpr RowKernels kKernels = {&Softmax,
                                 &LogSoftmax,
                                 &SoftmaxBackward,
                                 &LogSoftmaxBackward,
                                 &CrossEntropy,
                                 &CrossEntropyBackward,
                                 &Max,
                                 &MaxBackward,
                                 &Add};

}  // namespace

const RowKernels& GetRowKernels() { return kKernels; }

}  // namespace nrnn::cpu::NRNN_TARGET
