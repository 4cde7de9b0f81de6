// Kernels of elementwise operations and strided copies over runs of floats. Any count, any
// alignment.
#ifndef NATIVERNN_CPU_ELEMENTWISE_H_
#define NATIVERNN_CPU_ELEMENTWISE_H_

#include <stdint.h>

namespace nrnn::cpu {

constexpr int kUnaryOps = 11;
constexpr int kBinaryOps = 7;

// destination[r d_row + c d_column] = or += source[r s_row + c s_column] for r < rows, c < columns,
// in any order: no two indices may name the same element of destination. Strides may be negative,
// those of source 0.
struct PlaneArgs {
  int64_t rows, columns;
  int64_t source_row, source_column;
  int64_t destination_row, destination_column;
  const float* source;
  float* destination;
};

struct ElementwiseKernels {
  // y[k] = op(x[k]), k < count; y may be x. Index: nrnn_unary_op.
  void (*unary[kUnaryOps])(const float* x, float* y, int64_t count);
  // dx[k] = dy[k] op'(x[k]), with y[k] = op(x[k]); dx may be dy.
  void (*unary_backward[kUnaryOps])(const float* x, const float* y, const float* dy, float* dx,
                                    int64_t count);
  // y[k] = scale x[k] + shift; y may be x.
  void (*affine)(const float* x, float scale, float shift, float* y, int64_t count);
  // y[k] = op(a[k a_stride], b[k b_stride]); y may be a or b where that one's stride is 1. Index:
  // nrnn_binary_op.
  void (*binary[kBinaryOps])(const float* a, int64_t a_stride, const float* b, int64_t b_stride,
                             float* y, int64_t count);
  // y[k] = condition[k] is not 0 ? a[k] : b[k]; y may be any of the three.
  void (*where)(const float* condition, const float* a, const float* b, float* y, int64_t count);
  void (*copy_plane)(const PlaneArgs& args);
  void (*add_plane)(const PlaneArgs& args);
  // The sum of x[k stride].
  double (*sum)(const float* x, int64_t stride, int64_t count);
  // sums[k] += x[k stride].
  void (*add_to_sums)(const float* x, int64_t stride, double* sums, int64_t count);
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_ELEMENTWISE_H_
