#include "reference/optimizers.h"

#include <algorithm>
#include <cmath>

namespace nrnn::reference {

template <class Real>
void AdamStep(const AdamOptions& options, int64_t step, Array<Real>& parameter,
              Array<Real>& gradient, Array<Real>& first, Array<Real>& second) {
  const Real rate = options.learning_rate, beta1 = options.beta1, beta2 = options.beta2;
  const Real decay = options.weight_decay, epsilon = options.epsilon;
  const Real correction1 = 1 - std::pow(options.beta1, static_cast<double>(step));
  const Real correction2 = 1 - std::pow(options.beta2, static_cast<double>(step));
  for (size_t k = 0; k < parameter.size(); ++k) {
    const Real g = options.decoupled ? gradient[k] : gradient[k] + decay * parameter[k];
    if (options.decoupled) parameter[k] -= rate * decay * parameter[k];
    first[k] = beta1 * first[k] + (1 - beta1) * g;
    second[k] = beta2 * second[k] + (1 - beta2) * g * g;
    const Real m = first[k] / correction1;
    const Real v = second[k] / correction2;
    parameter[k] -= rate * m / (std::sqrt(v) + epsilon);
  }
  std::fill(gradient.begin(), gradient.end(), Real(0));
}

template <class Real>
void SgdStep(const SgdOptions& options, Array<Real>& parameter, Array<Real>& gradient,
             Array<Real>& velocity) {
  const Real rate = options.learning_rate, momentum = options.momentum;
  const Real decay = options.weight_decay;
  for (size_t k = 0; k < parameter.size(); ++k) {
    const Real g = gradient[k] + decay * parameter[k];
    if (velocity.empty()) {
      parameter[k] -= rate * g;
    } else {
      velocity[k] = momentum * velocity[k] + g;
      parameter[k] -= rate * (options.nesterov ? g + momentum * velocity[k] : velocity[k]);
    }
  }
  std::fill(gradient.begin(), gradient.end(), Real(0));
}

template <class Real>
void RmspropStep(const RmspropOptions& options, Array<Real>& parameter, Array<Real>& gradient,
                 Array<Real>& square, Array<Real>& velocity) {
  const Real rate = options.learning_rate, alpha = options.alpha, momentum = options.momentum;
  const Real decay = options.weight_decay, epsilon = options.epsilon;
  for (size_t k = 0; k < parameter.size(); ++k) {
    const Real g = gradient[k] + decay * parameter[k];
    square[k] = alpha * square[k] + (1 - alpha) * g * g;
    Real change = g / (std::sqrt(square[k]) + epsilon);
    if (!velocity.empty()) change = velocity[k] = momentum * velocity[k] + change;
    parameter[k] -= rate * change;
  }
  std::fill(gradient.begin(), gradient.end(), Real(0));
}

template <class Real>
void AdagradStep(const AdagradOptions& options, Array<Real>& parameter, Array<Real>& gradient,
                 Array<Real>& sum) {
  const Real rate = options.learning_rate, epsilon = options.epsilon;
  const Real decay = options.weight_decay;
  for (size_t k = 0; k < parameter.size(); ++k) {
    const Real g = gradient[k] + decay * parameter[k];
    sum[k] += g * g;
    parameter[k] -= rate * g / (std::sqrt(sum[k]) + epsilon);
  }
  std::fill(gradient.begin(), gradient.end(), Real(0));
}

template <class Real>
void LionStep(const LionOptions& options, Array<Real>& parameter, Array<Real>& gradient,
              Array<Real>& first) {
  const Real rate = options.learning_rate, decay = options.weight_decay;
  const Real beta1 = options.beta1, beta2 = options.beta2;
  for (size_t k = 0; k < parameter.size(); ++k) {
    const Real g = gradient[k];
    const Real c = beta1 * first[k] + (1 - beta1) * g;
    const Real sign = c > 0 ? Real(1) : c < 0 ? Real(-1) : Real(0);
    parameter[k] -= rate * (sign + decay * parameter[k]);
    first[k] = beta2 * first[k] + (1 - beta2) * g;
  }
  std::fill(gradient.begin(), gradient.end(), Real(0));
}

template <class Real>
double Regularize(double l1, double l2, const Array<Real>& parameter, Array<Real>& gradient) {
  double penalty = 0;
  for (size_t k = 0; k < parameter.size(); ++k) {
    const double w = static_cast<double>(parameter[k]);
    penalty += l1 * std::fabs(w) + l2 * w * w;
    const double sign = w > 0 ? 1.0 : w < 0 ? -1.0 : 0.0;
    gradient[k] += static_cast<Real>(l1 * sign + 2 * l2 * w);
  }
  return penalty;
}

template <class Real>
void MaxNorm(int64_t outer, int64_t length, int64_t inner, double max_norm, Array<Real>& x) {
  const auto at = [&](int64_t o, int64_t k, int64_t i) -> Real& {
    return x[static_cast<size_t>((o * length + k) * inner + i)];
  };
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < inner; ++i) {
      double squares = 0;
      for (int64_t k = 0; k < length; ++k) {
        squares += static_cast<double>(at(o, k, i)) * static_cast<double>(at(o, k, i));
      }
      if (std::sqrt(squares) <= max_norm) continue;
      for (int64_t k = 0; k < length; ++k) {
        at(o, k, i) *= static_cast<Real>(max_norm / std::sqrt(squares));
      }
    }
  }
}

template <class Real>
double ClipGlobalNorm(const Array<Array<Real>*>& gradients, double max_norm) {
  double squares = 0;
  for (const Array<Real>* gradient : gradients) {
    for (const Real g : *gradient) squares += static_cast<double>(g) * static_cast<double>(g);
  }
  const double norm = std::sqrt(squares);
  if (std::isfinite(norm) && norm > max_norm) {
    for (Array<Real>* gradient : gradients) {
      for (Real& g : *gradient) g *= static_cast<Real>(max_norm / norm);
    }
  }
  return norm;
}

#define NRNN_INSTANTIATE(Real)                                                                  \
  template void AdamStep(const AdamOptions&, int64_t, Array<Real>&, Array<Real>&, Array<Real>&, \
                         Array<Real>&);                                                         \
  template void SgdStep(const SgdOptions&, Array<Real>&, Array<Real>&, Array<Real>&);           \
  template void RmspropStep(const RmspropOptions&, Array<Real>&, Array<Real>&, Array<Real>&,    \
                            Array<Real>&);                                                      \
  template void AdagradStep(const AdagradOptions&, Array<Real>&, Array<Real>&, Array<Real>&);   \
  template void LionStep(const LionOptions&, Array<Real>&, Array<Real>&, Array<Real>&);         \
  template double Regularize(double, double, const Array<Real>&, Array<Real>&);                 \
  template void MaxNorm(int64_t, int64_t, int64_t, double, Array<Real>&);                       \
  template double ClipGlobalNorm(const Array<Array<Real>*>&, double);
NRNN_INSTANTIATE(float)
NRNN_INSTANTIATE(double)
#undef NRNN_INSTANTIATE

}  // namespace nrnn::reference
