// Connectionist temporal classification (Graves 2006), forward and backward over the states of one
// row: s = 0 .. 2 S, even ones blank. With p[t][s] the log-softmax of state s's class at step t,
// and a second step s - 2 -> s allowed between different targets:
//
//   alpha[t][s] = p[t][s] + log(e^alpha[t-1][s] + e^alpha[t-1][s-1] + e^alpha[t-1][s-2])
//   beta[t][s]  = log(e^(beta+p)[t+1][s] + e^(beta+p)[t+1][s+1] + e^(beta+p)[t+1][s+2])
//   posterior[t][s] = e^(alpha + beta)[t][s] / sum over s,  dlogits = softmax - posterior by class
//
// States are vectors' lanes: a step's states depend on the step before alone. Each step's alphas
// and betas are kept relative to their largest, so that a float's digits are not spent on the
// sequence's length; alpha's shifts add up in double. A state that can't be reached is -infinity.
// Sums of three are taken relative to their largest, or to kLeast where all are -infinity.
#include "cpu/ctc.h"

#include <cmath>
#include <limits>

#include "cpu/kernels.h"
#include "cpu/math-inl.h"
#include "cpu/runs-inl.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace {

constexpr FloatTag kTag{};
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kLeast = -1e30f;

HWY_INLINE FloatVec First(FloatVec v, size_t lanes, FloatVec other) {
  return lanes == kLanes ? v : hn::IfThenElse(hn::FirstN(kTag, lanes), v, other);
}

// NaN may be missed.
float LargestOf(const float* x, int64_t count) {
  FloatVec largest = Constant(-kInfinity);
  ForVectors(count, [&](int64_t k, size_t lanes) {
    largest = hn::Max(First(Load(x + k, lanes), lanes, largest), largest);
  });
  return hn::GetLane(hn::MaxOfLanes(kTag, largest));
}

// log of the sum of exp; NaN where an element is, or where all are -infinity.
float LogSumExp(const float* x, int64_t count) {
  const float largest = LargestOf(x, count);
  const FloatVec shift = Constant(largest);
  FloatVec sum = hn::Zero(kTag);
  ForVectors(count, [&](int64_t k, size_t lanes) {
    const FloatVec e = ExpFlushed(kTag, hn::Sub(Load(x + k, lanes), shift));
    sum = hn::Add(sum, First(e, lanes, hn::Zero(kTag)));
  });
  return largest + hn::GetLane(Log(kTag, Constant(hn::GetLane(hn::SumOfLanes(kTag, sum)))));
}

HWY_INLINE FloatVec LogSumOfThree(FloatVec a, FloatVec b, FloatVec c) {
  const FloatVec m = hn::Max(hn::Max(a, b), hn::Max(c, Constant(kLeast)));
  const FloatVec sum =
      hn::Add(hn::Add(ExpFlushed(kTag, hn::Sub(a, m)), ExpFlushed(kTag, hn::Sub(b, m))),
              ExpFlushed(kTag, hn::Sub(c, m)));
  return hn::Add(m, Log(kTag, sum));
}

// The log-probabilities of the states' classes at step t.
void Emissions(const CtcRow& row, int64_t t, float* p) {
  const float* logits = row.logits + t * row.logit_stride;
  for (int64_t s = 0; s < row.states; ++s) p[s] = logits[row.labels[s]] - row.log_sums[t];
}

void Subtract(float* x, float shift, int64_t count) {
  ForVectors(count, [&](int64_t k, size_t lanes) {
    Store(hn::Sub(Load(x + k, lanes), Constant(shift)), x + k, lanes);
  });
}

// With two states of probability 0 at each end.
struct Padded {
  float* states;
  Padded(float* memory, int64_t count) : states(memory + 2) {
    states[-2] = states[-1] = states[count] = states[count + 1] = -kInfinity;
  }
};

float Forward(const CtcRow& row) {
  const int64_t states = row.states;
  const Padded before(row.scratch, states);
  float* p = row.scratch + states + 4;
  // Before the first step: state -1, from which the first two are reached.
  for (int64_t s = 0; s < states; ++s) before.states[s] = -kInfinity;
  before.states[-1] = 0;
  double shifts = 0;
  for (int64_t t = 0; t < row.steps; ++t) {
    row.log_sums[t] = LogSumExp(row.logits + t * row.logit_stride, row.classes);
    if (std::isnan(row.log_sums[t])) return row.log_sums[t];
    Emissions(row, t, p);
    float* alpha = row.alphas + t * states;
    ForVectors(states, [&](int64_t s, size_t lanes) {
      const float* at = before.states + s;
      const FloatVec skip = hn::Add(Load(at - 2, lanes), Load(row.skips + s, lanes));
      const FloatVec sum = LogSumOfThree(Load(at, lanes), Load(at - 1, lanes), skip);
      Store(hn::Add(sum, Load(p + s, lanes)), alpha + s, lanes);
    });
    const float largest = LargestOf(alpha, states);
    if (largest == -kInfinity) return largest;
    Subtract(alpha, largest, states);
    shifts += largest;
    for (int64_t s = 0; s < states; ++s) before.states[s] = alpha[s];
    before.states[-1] = -kInfinity;
  }
  // Without a step only no targets can be spelt.
  if (row.steps == 0) return states == 1 ? 0 : -kInfinity;
  // Both may lie a thousand nats below the largest, that of blanks alone: relative to the greater.
  const double last = static_cast<double>(before.states[states - 1]);
  const double target = states > 1 ? static_cast<double>(before.states[states - 2]) : -kInfinity;
  const double top = last > target ? last : target;
  if (std::isinf(top)) return -kInfinity;
  return static_cast<float>(shifts + top + std::log(std::exp(last - top) + std::exp(target - top)));
}

// posterior = exp(alpha + beta), so that their sum is 1.
void Posterior(const float* alpha, const float* beta, int64_t states, float* posterior) {
  ForVectors(states, [&](int64_t s, size_t lanes) {
    Store(hn::Add(Load(alpha + s, lanes), Load(beta + s, lanes)), posterior + s, lanes);
  });
  const FloatVec log_sum = Constant(LogSumExp(posterior, states));
  ForVectors(states, [&](int64_t s, size_t lanes) {
    Store(ExpFlushed(kTag, hn::Sub(Load(posterior + s, lanes), log_sum)), posterior + s, lanes);
  });
}

void StepGradient(const CtcRow& row, int64_t t, const float* posterior, float scale,
                  float* dlogits) {
  const float* logits = row.logits + t * row.logit_stride;
  const FloatVec log_sum = Constant(row.log_sums[t]), factor = Constant(scale);
  ForVectors(row.classes, [&](int64_t c, size_t lanes) {
    const FloatVec softmax = ExpFlushed(kTag, hn::Sub(Load(logits + c, lanes), log_sum));
    Store(hn::Mul(softmax, factor), dlogits + c, lanes);
  });
  float blank = 0;
  for (int64_t s = 0; s < row.states; s += 2) blank += posterior[s];
  dlogits[row.labels[0]] -= scale * blank;
  for (int64_t s = 1; s < row.states; s += 2) dlogits[row.labels[s]] -= scale * posterior[s];
}

void Backward(const CtcRow& row, float scale, float* dlogits) {
  const int64_t states = row.states;
  const Padded after(row.scratch, states);  // beta + p of the step behind
  float* beta = row.scratch + states + 4;
  float* posterior = beta + states;
  for (int64_t s = 0; s < states; ++s) beta[s] = s + 2 < states ? -kInfinity : 0;
  for (int64_t t = row.steps - 1; t >= 0; --t) {
    Posterior(row.alphas + t * states, beta, states, posterior);
    StepGradient(row, t, posterior, scale, dlogits + t * row.logit_stride);
    if (t == 0) return;
    Emissions(row, t, posterior);
    for (int64_t s = 0; s < states; ++s) after.states[s] = beta[s] + posterior[s];
    ForVectors(states, [&](int64_t s, size_t lanes) {
      const float* at = after.states + s;
      const FloatVec skip = hn::Add(Load(at + 2, lanes), Load(row.skips + s + 2, lanes));
      Store(LogSumOfThree(Load(at, lanes), Load(at + 1, lanes), skip), beta + s, lanes);
    });
    Subtract(beta, LargestOf(beta, states), states);
  }
}

constexpr CtcKernels kKernels = {&Forward, &Backward};

}  // namespace

const CtcKernels& GetCtcKernels() { return kKernels; }

}  // namespace nrnn::cpu::NRNN_TARGET
