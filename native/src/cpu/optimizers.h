// Kernels of the optimisers over runs of parameters: each sets the gradient to zero after its use.
#ifndef NATIVERNN_CPU_OPTIMIZERS_H_
#define NATIVERNN_CPU_OPTIMIZERS_H_

#include <stdint.h>

namespace nrnn::cpu {

// g += decay p;  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
// p = keep p - rate m / (sqrt(v) root + epsilon)
struct AdamRun {
  float beta1, one_minus_beta1;
  float beta2, one_minus_beta2;
  float rate;  // learning rate / (1 - beta1^step)
  float root;  // 1 / sqrt(1 - beta2^step)
  float epsilon;
  float decay;  // of the gradient's weight decay, 0 if decoupled
  float keep;   // 1 - learning rate * weight decay if decoupled, else 1
  float* parameter;
  float* gradient;
  float* first;
  float* second;
  int64_t count;
};

// g += decay p; v = momentum v + g; p -= rate (nesterov ? g + momentum v : v)
struct SgdRun {
  float rate, momentum, decay;
  bool nesterov;
  float* parameter;
  float* gradient;
  float* velocity;  // null when momentum is 0: p -= rate g
  int64_t count;
};

// g += decay p; s = alpha s + (1 - alpha) g^2; v = momentum v + g / (sqrt(s) + epsilon); p -= rate
// v
struct RmspropRun {
  float rate, alpha, one_minus_alpha, epsilon, momentum, decay;
  float* parameter;
  float* gradient;
  float* square;
  float* velocity;  // null when momentum is 0
  int64_t count;
};

struct OptimizerKernels {
  void (*adam)(const AdamRun& run);
  void (*sgd)(const SgdRun& run);
  void (*rmsprop)(const RmspropRun& run);
  // The sum of x[k]^2, in double.
  double (*square_sum)(const float* x, int64_t count);
  // x[k] *= factor.
  void (*scale)(float* x, float factor, int64_t count);
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_OPTIMIZERS_H_
