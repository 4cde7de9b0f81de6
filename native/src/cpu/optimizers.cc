// One step of Adam and AdamW, SGD with momentum, RMSprop, Adagrad and Lion; what clipping,
// penalties, largest norms and averages of weights need. Equations: optimizers.h.
//
// Bound by memory: each array is read once and written once, in one pass, clipping by value, weight
// decay and the gradient's zeros included.
#include "cpu/optimizers.h"

#include <cmath>

#include "cpu/kernels.h"
#include "cpu/math-inl.h"
#include "cpu/runs-inl.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace {

constexpr FloatTag kTag{};

// g in [-limit, limit]; NaN stays.
HWY_INLINE FloatVec Clipped(FloatVec g, float limit) {
  return AtMost(kTag, AtLeast(kTag, g, -limit), limit);
}

// -1, 0 or 1; NaN of NaN.
HWY_INLINE FloatVec Sign(FloatVec x) {
  const FloatVec zero = hn::Zero(kTag);
  const FloatVec negative = hn::IfThenElse(hn::Lt(x, zero), Constant(-1.0f), x);
  return hn::IfThenElse(hn::Gt(x, zero), Constant(1.0f), negative);
}

// The gradient, clipped, with its weight decay; leaves zeros in its place.
HWY_INLINE FloatVec TakeGradient(const StepPart& part, int64_t k, size_t lanes, FloatVec p,
                                 float clip, float decay) {
  const FloatVec g = Clipped(Load(part.gradient + k, lanes), clip);
  Store(hn::Zero(kTag), part.gradient + k, lanes);
  return hn::MulAdd(Constant(decay), p, g);
}

void Adam(const AdamRun& run, const StepPart& part) {
  ForVectors(part.length, [&](int64_t k, size_t lanes) {
    FloatVec p = Load(part.parameter + k, lanes);
    const FloatVec g = TakeGradient(part, k, lanes, p, run.clip, run.decay);
    const FloatVec old_first = hn::Mul(Constant(run.beta1), Load(part.first + k, lanes));
    const FloatVec old_second = hn::Mul(Constant(run.beta2), Load(part.second + k, lanes));
    const FloatVec m = hn::MulAdd(Constant(run.one_minus_beta1), g, old_first);
    const FloatVec v = hn::MulAdd(hn::Mul(Constant(run.one_minus_beta2), g), g, old_second);
    const FloatVec scale = hn::MulAdd(hn::Sqrt(v), Constant(run.root), Constant(run.epsilon));
    p = hn::Mul(Constant(run.keep), p);
    p = hn::Sub(p, hn::Div(hn::Mul(Constant(run.rate), m), scale));
    Store(p, part.parameter + k, lanes);
    Store(m, part.first + k, lanes);
    Store(v, part.second + k, lanes);
  });
}

template <bool kMomentum, bool kNesterov>
void SgdRunOf(const SgdRun& run, const StepPart& part) {
  const FloatVec momentum = Constant(run.momentum);
  ForVectors(part.length, [&](int64_t k, size_t lanes) {
    const FloatVec p = Load(part.parameter + k, lanes);
    const FloatVec g = TakeGradient(part, k, lanes, p, run.clip, run.decay);
    FloatVec change = g;
    if (kMomentum) {
      const FloatVec v = hn::MulAdd(momentum, Load(part.first + k, lanes), g);
      Store(v, part.first + k, lanes);
      change = kNesterov ? hn::MulAdd(momentum, v, g) : v;
    }
    Store(hn::NegMulAdd(Constant(run.rate), change, p), part.parameter + k, lanes);
  });
}

void Sgd(const SgdRun& run, const StepPart& part) {
  if (!part.first) {
    SgdRunOf<false, false>(run, part);
  } else if (run.nesterov) {
    SgdRunOf<true, true>(run, part);
  } else {
    SgdRunOf<true, false>(run, part);
  }
}

void Rmsprop(const RmspropRun& run, const StepPart& part) {
  ForVectors(part.length, [&](int64_t k, size_t lanes) {
    const FloatVec p = Load(part.parameter + k, lanes);
    const FloatVec g = TakeGradient(part, k, lanes, p, run.clip, run.decay);
    const FloatVec old_square = hn::Mul(Constant(run.alpha), Load(part.first + k, lanes));
    const FloatVec s = hn::MulAdd(hn::Mul(Constant(run.one_minus_alpha), g), g, old_square);
    FloatVec v = hn::Div(g, hn::Add(hn::Sqrt(s), Constant(run.epsilon)));
    if (part.second) {
      v = hn::MulAdd(Constant(run.momentum), Load(part.second + k, lanes), v);
      Store(v, part.second + k, lanes);
    }
    Store(s, part.first + k, lanes);
    Store(hn::NegMulAdd(Constant(run.rate), v, p), part.parameter + k, lanes);
  });
}

void Adagrad(const AdagradRun& run, const StepPart& part) {
  ForVectors(part.length, [&](int64_t k, size_t lanes) {
    const FloatVec p = Load(part.parameter + k, lanes);
    const FloatVec g = TakeGradient(part, k, lanes, p, run.clip, run.decay);
    const FloatVec s = hn::MulAdd(g, g, Load(part.first + k, lanes));
    const FloatVec change = hn::Div(g, hn::Add(hn::Sqrt(s), Constant(run.epsilon)));
    Store(s, part.first + k, lanes);
    Store(hn::NegMulAdd(Constant(run.rate), change, p), part.parameter + k, lanes);
  });
}

void Lion(const LionRun& run, const StepPart& part) {
  ForVectors(part.length, [&](int64_t k, size_t lanes) {
    const FloatVec p = Load(part.parameter + k, lanes);
    const FloatVec g = TakeGradient(part, k, lanes, p, run.clip, 0.0f);
    const FloatVec m = Load(part.first + k, lanes);
    const FloatVec c =
        hn::MulAdd(Constant(run.one_minus_beta1), g, hn::Mul(Constant(run.beta1), m));
    const FloatVec kept = hn::Mul(Constant(run.keep), p);
    Store(hn::MulAdd(Constant(run.one_minus_beta2), g, hn::Mul(Constant(run.beta2), m)),
          part.first + k, lanes);
    Store(hn::NegMulAdd(Constant(run.rate), Sign(c), kept), part.parameter + k, lanes);
  });
}

double SquareSum(const float* x, int64_t count) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> half;
  const int64_t step = static_cast<int64_t>(kLanes / 2);
  auto even = hn::Zero(d), odd = hn::Zero(d);
  int64_t k = 0;
  for (; k + 2 * step <= count; k += 2 * step) {
    const auto a = hn::PromoteTo(d, hn::LoadU(half, x + k));
    const auto b = hn::PromoteTo(d, hn::LoadU(half, x + k + step));
    even = hn::MulAdd(a, a, even);
    odd = hn::MulAdd(b, b, odd);
  }
  double total = hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
  for (; k < count; ++k) total += static_cast<double>(x[k]) * static_cast<double>(x[k]);
  return total;
}

void Scale(float* x, float factor, int64_t count) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    Store(hn::Mul(Load(x + k, lanes), Constant(factor)), x + k, lanes);
  });
}

void Clip(float* x, float limit, int64_t count) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    Store(Clipped(Load(x + k, lanes), limit), x + k, lanes);
  });
}

double Penalty(const PenaltyPart& part) {
  const float twice = 2.0f * part.l2;
  double absolutes = 0.0, squares = 0.0;
  for (int64_t k = 0; k < part.length; ++k) {
    const double w = static_cast<double>(part.parameter[k]);
    absolutes += std::fabs(w);
    squares += w * w;
  }
  if (part.gradient) {
    ForVectors(part.length, [&](int64_t k, size_t lanes) {
      const FloatVec w = Load(part.parameter + k, lanes);
      const FloatVec l1 = hn::MulAdd(Constant(part.l1), Sign(w), Load(part.gradient + k, lanes));
      Store(hn::MulAdd(Constant(twice), w, l1), part.gradient + k, lanes);
    });
  }
  return static_cast<double>(part.l1) * absolutes + static_cast<double>(part.l2) * squares;
}

void Average(const AveragePart& part, float decay, float one_minus_decay) {
  ForVectors(part.length, [&](int64_t k, size_t lanes) {
    const FloatVec old = hn::Mul(Constant(decay), Load(part.average + k, lanes));
    const FloatVec value = Load(part.value + k, lanes);
    Store(hn::MulAdd(Constant(one_minus_decay), value, old), part.average + k, lanes);
  });
}

void ColumnNorms(float* x, int64_t rows, int64_t columns, int64_t stride, float max_norm) {
  double squares[kNormColumns] = {};
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t k = 0; k < columns; ++k) {
      const double value = static_cast<double>(x[row * stride + k]);
      squares[k] += value * value;
    }
  }
  float factors[kNormColumns];
  for (int64_t k = 0; k < columns; ++k) {
    const double norm = std::sqrt(squares[k]);
    const double limit = static_cast<double>(max_norm);
    const bool scales = norm > limit && !std::isinf(norm);
    factors[k] = scales ? static_cast<float>(limit / norm) : 1.0f;
  }
  for (int64_t row = 0; row < rows; ++row) {
    float* const values = x + row * stride;
    for (int64_t k = 0; k < columns; ++k) values[k] *= factors[k];
  }
}

constexpr OptimizerKernels kKernels = {&Adam,  &Sgd,  &Rmsprop, &Adagrad, &Lion,       &SquareSum,
                                       &Scale, &Clip, &Penalty, &Average, &ColumnNorms};

}  // namespace

const OptimizerKernels& GetOptimizerKernels() { return kKernels; }

}  // namespace nrnn::cpu::NRNN_TARGET
