// One step of an optimiser: updates parameter and state, and sets the gradient to zero.
#ifndef NATIVERNN_REFERENCE_OPTIMIZERS_H_
#define NATIVERNN_REFERENCE_OPTIMIZERS_H_

#include "reference/array.h"

namespace nrnn::reference {

// Kingma and Ba 2015; decoupled: Loshchilov and Hutter 2019. step counts from 1.
struct AdamOptions {
  double learning_rate, beta1, beta2, epsilon, weight_decay;
  bool decoupled;
};
template <class Real>
void AdamStep(const AdamOptions& options, int64_t step, Array<Real>& parameter,
              Array<Real>& gradient, Array<Real>& first, Array<Real>& second);

struct SgdOptions {
  double learning_rate, momentum, weight_decay;
  bool nesterov;
};
// velocity: may be empty when momentum is 0.
template <class Real>
void SgdStep(const SgdOptions& options, Array<Real>& parameter, Array<Real>& gradient,
             Array<Real>& velocity);

// Hinton 2012.
struct RmspropOptions {
  double learning_rate, alpha, epsilon, momentum, weight_decay;
};
// velocity: may be empty when momentum is 0.
template <class Real>
void RmspropStep(const RmspropOptions& options, Array<Real>& parameter, Array<Real>& gradient,
                 Array<Real>& square, Array<Real>& velocity);

// Duchi 2011.
struct AdagradOptions {
  double learning_rate, epsilon, weight_decay;
};
template <class Real>
void AdagradStep(const AdagradOptions& options, Array<Real>& parameter, Array<Real>& gradient,
                 Array<Real>& sum);

// Chen 2023; the weight decay is decoupled.
struct LionOptions {
  double learning_rate, beta1, beta2, weight_decay;
};
template <class Real>
void LionStep(const LionOptions& options, Array<Real>& parameter, Array<Real>& gradient,
              Array<Real>& first);

// Returns the sum of l1 |w| + l2 w^2; gradient += its derivative.
template <class Real>
double Regularize(double l1, double l2, const Array<Real>& parameter, Array<Real>& gradient);

// x: [outer, length, inner]; scales runs along the middle axis to the norm max_norm (Srivastava
// 2014).
template <class Real>
void MaxNorm(int64_t outer, int64_t length, int64_t inner, double max_norm, Array<Real>& x);

// Scales all gradients by max_norm / norm when their common 2-norm is finite and above max_norm
// (Pascanu et al. 2013). Returns the norm before.
template <class Real>
double ClipGlobalNorm(const Array<Array<Real>*>& gradients, double max_norm);

}  // namespace nrnn::reference

#endif  // NATIVERNN_REFERENCE_OPTIMIZERS_H_
