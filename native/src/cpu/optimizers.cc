// One step of Adam and AdamW, SGD with momentum, RMSprop; the sum of squares for clipping.
// Equations: optimizers.h.
//
// Bound by memory: each array is read once and written once, in one pass, the gradient's zeros
// included.
#include "cpu/optimizers.h"

#include "cpu/kernels.h"
#include "cpu/runs-inl.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace {

constexpr FloatTag kTag{};

void Adam(const AdamRun& run) {
  ForVectors(run.count, [&](int64_t k, size_t lanes) {
    FloatVec p = Load(run.parameter + k, lanes);
    const FloatVec g = hn::MulAdd(Constant(run.decay), p, Load(run.gradient + k, lanes));
    const FloatVec old_first = hn::Mul(Constant(run.beta1), Load(run.first + k, lanes));
    const FloatVec old_second = hn::Mul(Constant(run.beta2), Load(run.second + k, lanes));
    const FloatVec m = hn::MulAdd(Constant(run.one_minus_beta1), g, old_first);
    const FloatVec v = hn::MulAdd(hn::Mul(Constant(run.one_minus_beta2), g), g, old_second);
    const FloatVec scale = hn::MulAdd(hn::Sqrt(v), Constant(run.root), Constant(run.epsilon));
    p = hn::Mul(Constant(run.keep), p);
    p = hn::Sub(p, hn::Div(hn::Mul(Constant(run.rate), m), scale));
    Store(p, run.parameter + k, lanes);
    Store(m, run.first + k, lanes);
    Store(v, run.second + k, lanes);
    Store(hn::Zero(kTag), run.gradient + k, lanes);
  });
}

template <bool kMomentum, bool kNesterov>
void SgdRunOf(const SgdRun& run) {
  const FloatVec momentum = Constant(run.momentum);
  ForVectors(run.count, [&](int64_t k, size_t lanes) {
    const FloatVec p = Load(run.parameter + k, lanes);
    const FloatVec g = hn::MulAdd(Constant(run.decay), p, Load(run.gradient + k, lanes));
    FloatVec change = g;
    if (kMomentum) {
      const FloatVec v = hn::MulAdd(momentum, Load(run.velocity + k, lanes), g);
      Store(v, run.velocity + k, lanes);
      change = kNesterov ? hn::MulAdd(momentum, v, g) : v;
    }
    Store(hn::NegMulAdd(Constant(run.rate), change, p), run.parameter + k, lanes);
    Store(hn::Zero(kTag), run.gradient + k, lanes);
  });
}

void Sgd(const SgdRun& run) {
  if (!run.velocity) {
    SgdRunOf<false, false>(run);
  } else if (run.nesterov) {
    SgdRunOf<true, true>(run);
  } else {
    SgdRunOf<true, false>(run);
  }
}

void Rmsprop(const RmspropRun& run) {
  ForVectors(run.count, [&](int64_t k, size_t lanes) {
    const FloatVec p = Load(run.parameter + k, lanes);
    const FloatVec g = hn::MulAdd(Constant(run.decay), p, Load(run.gradient + k, lanes));
    const FloatVec old_square = hn::Mul(Constant(run.alpha), Load(run.square + k, lanes));
    const FloatVec s = hn::MulAdd(hn::Mul(Constant(run.one_minus_alpha), g), g, old_square);
    FloatVec v = hn::Div(g, hn::Add(hn::Sqrt(s), Constant(run.epsilon)));
    if (run.velocity) {
      v = hn::MulAdd(Constant(run.momentum), Load(run.velocity + k, lanes), v);
      Store(v, run.velocity + k, lanes);
    }
    Store(s, run.square + k, lanes);
    Store(hn::NegMulAdd(Constant(run.rate), v, p), run.parameter + k, lanes);
    Store(hn::Zero(kTag), run.gradient + k, lanes);
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

constexpr OptimizerKernels kKernels = {&Adam, &Sgd, &Rmsprop, &SquareSum, &Scale};

}  // namespace

const OptimizerKernels& GetOptimizerKernels() { return kKernels; }

}  // namespace nrnn::cpu::NRNN_TARGET
