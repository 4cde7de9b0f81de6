// The functions of nrnn_activation over rows of floats. The function is chosen once for a row, not
// in the loop. Slopes come from the function's value y, so that nothing else need be kept:
//
//   sigmoid y (1 - y)   tanh 1 - y^2   relu y > 0   hard sigmoid alpha where 0 < y < 1
//   softsign (1 - |y|)^2   affine alpha   elu 1 where y > 0, else y + alpha
#ifndef NATIVERNN_CPU_ACTIVATION_INL_H_
#define NATIVERNN_CPU_ACTIVATION_INL_H_

#include "core/rnn_options.h"
#include "cpu/math-inl.h"
#include "cpu/runs-inl.h"

namespace nrnn::cpu::NRNN_TARGET {

template <nrnn_activation kKind>
struct VectorActivation {
  FloatVec alpha, beta;

  HWY_INLINE FloatVec Value(FloatVec a) const {
    const FloatTag d;
    if constexpr (kKind == NRNN_ACTIVATION_SIGMOID) return Sigmoid(d, a);
    if constexpr (kKind == NRNN_ACTIVATION_TANH) return Tanh(d, a);
    if constexpr (kKind == NRNN_ACTIVATION_RELU) return AtLeast(d, a, 0.0f);
    if constexpr (kKind == NRNN_ACTIVATION_HARD_SIGMOID) {
      return AtLeast(d, AtMost(d, hn::MulAdd(alpha, a, beta), 1.0f), 0.0f);
    }
    if constexpr (kKind == NRNN_ACTIVATION_SOFTSIGN) {
      return hn::Div(a, hn::Add(hn::Abs(a), Constant(1.0f)));
    }
    if constexpr (kKind == NRNN_ACTIVATION_AFFINE) return hn::MulAdd(alpha, a, beta);
    if constexpr (kKind == NRNN_ACTIVATION_ELU) {
      // exp(a) - 1 = 2^n (1 + q) - 1, without cancelling near 0.
      const auto reduced = ReduceExp(d, AtLeast(d, AtMost(d, a, 0.0f), -80.0f));
      const FloatVec power = PowerOfTwo(d, reduced.shifted_n);
      const FloatVec e = hn::MulAdd(power, reduced.q, hn::Sub(power, Constant(1.0f)));
      return hn::IfThenElse(hn::Gt(a, hn::Zero(d)), a, hn::Mul(alpha, e));
    }
  }

  HWY_INLINE FloatVec Slope(FloatVec y) const {
    const FloatTag d;
    const FloatVec one = Constant(1.0f), zero = hn::Zero(d);
    if constexpr (kKind == NRNN_ACTIVATION_SIGMOID) return hn::NegMulAdd(y, y, y);
    if constexpr (kKind == NRNN_ACTIVATION_TANH) return hn::NegMulAdd(y, y, one);
    if constexpr (kKind == NRNN_ACTIVATION_RELU) return hn::IfThenElseZero(hn::Gt(y, zero), one);
    if constexpr (kKind == NRNN_ACTIVATION_HARD_SIGMOID) {
      return hn::IfThenElseZero(hn::And(hn::Gt(y, zero), hn::Lt(y, one)), alpha);
    }
    if constexpr (kKind == NRNN_ACTIVATION_SOFTSIGN) {
      const FloatVec rest = hn::Sub(one, hn::Abs(y));
      return hn::Mul(rest, rest);
    }
    if constexpr (kKind == NRNN_ACTIVATION_AFFINE) return alpha;
    if constexpr (kKind == NRNN_ACTIVATION_ELU) {
      return hn::IfThenElse(hn::Gt(y, zero), one, hn::Add(y, alpha));
    }
  }
};

// body(f) with the vector function that the activation names.
template <class Body>
HWY_INLINE void WithActivation(const Activation& activation, const Body& body) {
  const FloatVec alpha = Constant(activation.alpha), beta = Constant(activation.beta);
  switch (activation.kind) {
    case NRNN_ACTIVATION_SIGMOID:
      return body(VectorActivation<NRNN_ACTIVATION_SIGMOID>{alpha, beta});
    case NRNN_ACTIVATION_RELU:
      return body(VectorActivation<NRNN_ACTIVATION_RELU>{alpha, beta});
    case NRNN_ACTIVATION_HARD_SIGMOID:
      return body(VectorActivation<NRNN_ACTIVATION_HARD_SIGMOID>{alpha, beta});
    case NRNN_ACTIVATION_SOFTSIGN:
      return body(VectorActivation<NRNN_ACTIVATION_SOFTSIGN>{alpha, beta});
    case NRNN_ACTIVATION_AFFINE:
      return body(VectorActivation<NRNN_ACTIVATION_AFFINE>{alpha, beta});
    case NRNN_ACTIVATION_ELU:
      return body(VectorActivation<NRNN_ACTIVATION_ELU>{alpha, beta});
    default:
      return body(VectorActivation<NRNN_ACTIVATION_TANH>{alpha, beta});
  }
}

// y = f(a); y may be a.
inline void Activate(const Activation& activation, const float* a, int64_t count, float* y) {
  WithActivation(activation, [&](const auto& f) {
    ForVectors(count,
               [&](int64_t k, size_t lanes) { Store(f.Value(Load(a + k, lanes)), y + k, lanes); });
  });
}

// da = dy f'(a), from y; da may be y or dy.
inline void ActivateBackward(const Activation& activation, const float* y, const float* dy,
                             int64_t count, float* da) {
  WithActivation(activation, [&](const auto& f) {
    ForVectors(count, [&](int64_t k, size_t lanes) {
      Store(hn::Mul(Load(dy + k, lanes), f.Slope(Load(y + k, lanes))), da + k, lanes);
    });
  });
}

}  // namespace nrnn::cpu::NRNN_TARGET

#endif  // NATIVERNN_CPU_ACTIVATION_INL_H_
