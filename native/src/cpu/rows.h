// Kernels over rows: softmax, cross-entropy, maxima, and the addition of embedding's gradient.
#ifndef NATIVERNN_CPU_ROWS_H_
#define NATIVERNN_CPU_ROWS_H_

#include "core/ops.h"

namespace nrnn::cpu {

struct RowKernels {
  // y = softmax of each row of x: [rows, columns]; y may be x.
  void (*softmax)(int64_t rows, int64_t columns, const float* x, float* y);
  void (*log_softmax)(int64_t rows, int64_t columns, const float* x, float* y);
  // From y of the forward call: dx = y (dy - sum(dy y)), or dy - exp(y) sum(dy); dx may be dy.
  void (*softmax_backward)(int64_t rows, int64_t columns, const float* y, const float* dy,
                           float* dx);
  void (*log_softmax_backward)(int64_t rows, int64_t columns, const float* y, const float* dy,
                               float* dx);
  // Rows begin .. end - 1; the pointers are those of row 0. Targets were checked. dlogits may be
  // args.logits.
  void (*cross_entropy)(const CrossEntropyArgs& args, int64_t begin, int64_t end, float* losses);
  void (*cross_entropy_backward)(const CrossEntropyArgs& args, int64_t begin, int64_t end,
                                 const float* dlosses, float* dlogits);
  // x: [axis.outer, axis.length, axis.inner], y and dy: [axis.outer, axis.inner].
  void (*max)(const Axis& axis, const float* x, float* y);
  void (*max_backward)(const Axis& axis, const float* x, const float* y, const float* dy,
                       float* dx);
  // y[k] += x[k]; the two don't overlap.
  void (*add)(const float* x, float* y, int64_t count);
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_ROWS_H_
