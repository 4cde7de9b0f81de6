// The functions of nrnn_activation and their slopes, of a pre-activation.
#ifndef NATIVERNN_REFERENCE_ACTIVATION_H_
#define NATIVERNN_REFERENCE_ACTIVATION_H_

#include <algorithm>
#include <cmath>

#include "core/rnn_options.h"

namespace nrnn::reference {

template <class Real>
Real Apply(const Activation& f, Real a) {
  const Real alpha = f.alpha, beta = f.beta;
  switch (f.kind) {
    case NRNN_ACTIVATION_SIGMOID:
      return 1 / (1 + std::exp(-a));
    case NRNN_ACTIVATION_RELU:
      return a < 0 ? Real(0) : a;
    case NRNN_ACTIVATION_HARD_SIGMOID:
      return std::max(Real(0), std::min(Real(1), alpha * a + beta));
    case NRNN_ACTIVATION_SOFTSIGN:
      return a / (1 + std::abs(a));
    case NRNN_ACTIVATION_AFFINE:
      return alpha * a + beta;
    case NRNN_ACTIVATION_ELU:
      return a > 0 ? a : alpha * std::expm1(a);
    default:
      return std::tanh(a);
  }
}

template <class Real>
Real Slope(const Activation& f, Real a) {
  const Real alpha = f.alpha, y = Apply(f, a);
  switch (f.kind) {
    case NRNN_ACTIVATION_SIGMOID:
      return y * (1 - y);
    case NRNN_ACTIVATION_RELU:
      return Real(a > 0);
    case NRNN_ACTIVATION_HARD_SIGMOID:
      return y > 0 && y < 1 ? alpha : Real(0);
    case NRNN_ACTIVATION_SOFTSIGN:
      return 1 / ((1 + std::abs(a)) * (1 + std::abs(a)));
    case NRNN_ACTIVATION_AFFINE:
      return alpha;
    case NRNN_ACTIVATION_ELU:
      return a > 0 ? Real(1) : alpha * std::exp(a);
    default:
      return 1 - y * y;
  }
}

}  // namespace nrnn::reference

#endif  // NATIVERNN_REFERENCE_ACTIVATION_H_
