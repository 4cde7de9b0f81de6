// Kernels of layer normalisation.
#ifndef NATIVERNN_CPU_LAYER_NORM_H_
#define NATIVERNN_CPU_LAYER_NORM_H_

#include "core/ops.h"

namespace nrnn::cpu {

struct LayerNormKernels {
  // Rows begin .. end - 1; the pointers are those of row 0.
  void (*forward)(const LayerNormArgs& args, int64_t begin, int64_t end);
  // dx of the rows (unless null), and their share of the sums over rows: assigned to dweight and
  // dbias, [columns] each, where those are not null. args.dweight and args.dbias are not used.
  void (*backward)(const LayerNormBackwardArgs& args, int64_t begin, int64_t end, float* dweight,
                   float* dbias);
  // sums[c] += parts[0][c] + parts[1][c] + ..., in this order; parts lie stride floats apart.
  void (*add_parts)(const float* parts, int64_t count, int64_t stride, int64_t columns,
                    float* sums);
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_LAYER_NORM_H_
