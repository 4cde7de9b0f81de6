// Cells with options (RnnOptions): the contracts of the per-target kernels that run between the
// products of a step. Each works on one batch row at one step, in several short passes: the row's
// gates stay in L1. A null pointer means that the plan has no such option.
#ifndef NATIVERNN_CPU_VARIANT_KERNELS_H_
#define NATIVERNN_CPU_VARIANT_KERNELS_H_

#include <cstdint>

#include "core/layout.h"

namespace nrnn::cpu {

// What all rows of a layer and direction share.
struct VariantCell {
  Cell cell;
  bool coupled;
  int64_t hidden;
  Activation gate, candidate, output;
  float cell_clip;              // 0: none
  float epsilon;                // of normalisation
  const float* peephole;        // [3 H] for i f o; coupled [2 H] for f o
  const float* bias_ih;         // [G H]
  const float* bias_hh;         // [G H]
  const float* norm_ih;         // [G H]
  const float* norm_hh;         // [G H]
  const float* norm_cell;       // [H]
  const float* norm_cell_bias;  // [H]

  int64_t Gates() const { return GateCount(cell) - (coupled ? 1 : 0); }
};

// One row at one step. gates: in, the sums of x, and of h' where there is no hidden_part; forward
// leaves the functions' values, backward the gradient of the pre-activations.
struct VariantRow {
  float* gates;           // [G H]
  float* hidden_part;     // [G H] of h' alone: GRU, or normalised; backward: the product's gradient
  float* input_hat;       // [G H], normalised x W_ih; after finish_input the sums' gradient
  float* hidden_hat;      // [G H], normalised h' W_hh
  float* scales;          // [2 G + 1]: 1 / deviation of input, hidden and cell
  float* cell_hat;        // [H]
  float* dnormed;         // [H], backward: the gradient of w_c n(c) + b_c
  const float* h_before;  // [H], as the cell mixes it (GRU)
  const float* h_product;  // [P], as W_hh multiplies it: after dropout
  const float* c_before;   // [H]
  float* c_new;            // [H], before zoneout; c itself without it
  float* c;                // [H]
  const float* keep_c;     // [H], how much of c' stays
  float* reset_hidden;     // [H], GRU reset before: r h'; after, normalised: backward's gradient of
                           // n's part of h'
  float* out;              // [H], o tanh(c), GRU's or RNN's h, before projection and zoneout
};

// Backward of a row. scratch: 5 H floats.
struct VariantGradientRow : VariantRow {
  const float* dout;  // [H]
  float* dc;          // [H], in: of c, out: of c'
  float* dh_direct;   // [H], GRU: added to, what reaches h' past W_hh
  float* dh_product;  // [H], GRU reset before: of h_product through r h', assigned
  float* scratch;
};

// sums[j] += sum over rows i, in order, of a_rows[i][a_column + j] b_rows[i][b_column + j] (of a
// alone where b_rows is null), j < count.
struct ColumnSumsArgs {
  int64_t rows, count;
  const float* const* a_rows;
  int64_t a_column;
  const float* const* b_rows;
  int64_t b_column;
  float* sums;
};

struct VariantKernels {
  // Forward: everything after the products; GRU reset before takes two parts, with the product of
  // r h' between them.
  void (*forward)(const VariantCell& cell, const VariantRow& row);
  void (*forward_reset)(const VariantCell& cell, const VariantRow& row);
  // Backward, the same order reversed: up to the gradients that W_hh multiplies.
  void (*backward)(const VariantCell& cell, const VariantGradientRow& row);
  // GRU reset before, second part. dreset: [H], the gradient of r h'.
  void (*backward_reset)(const VariantCell& cell, const VariantGradientRow& row,
                         const float* dreset);
  // input_hat becomes the gradient of x W_ih, from gates.
  void (*finish_input)(const VariantCell& cell, const VariantRow& row);
  // y = keep before + (1 - keep) fresh.
  void (*mix)(const float* keep, const float* before, const float* fresh, int64_t count, float* y);
  // y is limited to [-limit, limit].
  void (*clip)(float limit, int64_t count, float* y);
  // Splits dy: dbefore = keep dy, dfresh = (1 - keep) dy, 0 where clipped is at the limit (null: no
  // clip). keep null: 0 stays.
  void (*mix_backward)(const float* keep, const float* dy, const float* clipped, float limit,
                       int64_t count, float* dbefore, float* dfresh);
  // y = a b (b null: a), or added to y.
  void (*multiply)(const float* a, const float* b, bool accumulate, int64_t count, float* y);
  void (*column_sums)(const ColumnSumsArgs& args);
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_VARIANT_KERNELS_H_
