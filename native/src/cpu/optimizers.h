// Kernels of the optimisers over runs of parameters: each sets the gradient to zero after its use.
#ifndef NATIVERNN_CPU_OPTIMIZERS_H_
#define NATIVERNN_CPU_OPTIMIZERS_H_

#include <stdint.h>

#include "core/ops.h"

namespace nrnn::cpu {

// In all: g = gradient cut to [-clip, clip] + decay p.

// m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
// p = keep p - rate m / (sqrt(v) root + epsilon);  first: m, second: v
struct AdamRun {
  float beta1, one_minus_beta1;
  float beta2, one_minus_beta2;
  float rate;  // learning rate / (1 - beta1^step)
  float root;  // 1 / sqrt(1 - beta2^step)
  float epsilon;
  float decay;  // of the gradient's weight decay, 0 if decoupled
  float keep;   // 1 - learning rate * weight decay if decoupled, else 1
  float clip;
};

// v = momentum v + g; p -= rate (nesterov ? g + momentum v : v);  first: v, or null when momentum
// is 0: p -= rate g
struct SgdRun {
  float rate, momentum, decay, clip;
  bool nesterov;
};

// s = alpha s + (1 - alpha) g^2; v = momentum v + g / (sqrt(s) + epsilon); p -= rate v
// first: s, second: v or null when momentum is 0
struct RmspropRun {
  float rate, alpha, one_minus_alpha, epsilon, momentum, decay, clip;
};

// s += g^2; p -= rate g / (sqrt(s) + epsilon);  first: s
struct AdagradRun {
  float rate, epsilon, decay, clip;
};

// p = keep p - rate sign(beta1 m + (1 - beta1) g); m = beta2 m + (1 - beta2) g;  decay is 0, first:
// m
struct LionRun {
  float rate, beta1, one_minus_beta1, beta2, one_minus_beta2, keep, clip;
};

struct OptimizerKernels {
  void (*adam)(const AdamRun& run, const StepPart& part);
  void (*sgd)(const SgdRun& run, const StepPart& part);
  void (*rmsprop)(const RmspropRun& run, const StepPart& part);
  void (*adagrad)(const AdagradRun& run, const StepPart& part);
  void (*lion)(const LionRun& run, const StepPart& part);
  // The sum of x[k]^2, in double.
  double (*square_sum)(const float* x, int64_t count);
  // x[k] *= factor.
  void (*scale)(float* x, float factor, int64_t count);
  // x[k] cut to [-limit, limit]; NaN stays.
  void (*clip)(float* x, float limit, int64_t count);
  // gradient += l1 sign(w) + 2 l2 w, if there is a gradient; returns the sum of l1 |w| + l2 w^2.
  double (*penalty)(const PenaltyPart& part);
  // average = decay average + (1 - decay) value.
  void (*average)(const AveragePart& part, float decay, float one_minus_decay);
  // Scales the columns of x, [rows, columns] with rows stride floats apart, whose norm is above
  // max_norm to it; columns <= kNormColumns.
  void (*column_norms)(float* x, int64_t rows, int64_t columns, int64_t stride, float max_norm);
};

// Columns that are scaled at a time: their sums of squares lie on the stack, in double.
constexpr int64_t kNormColumns = 256;

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_OPTIMIZERS_H_
