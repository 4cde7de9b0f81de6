// What a layer with options keeps: for backward, in the caller's reserve; without one, for the step
// that runs, in scratch. An array has one row of its width for each place (step, batch row).
#ifndef NATIVERNN_CPU_VARIANT_RESERVE_H_
#define NATIVERNN_CPU_VARIANT_RESERVE_H_

#include <cstdint>

#include "core/layout.h"

namespace nrnn::cpu {

// An array of places; data null: the shape has none.
struct PlaceArray {
  int64_t width = 0;
  int64_t offset = -1;
  float* data = nullptr;
  float* At(int64_t place) const { return data ? data + place * width : nullptr; }
};

// The arrays of one layer and direction; what they hold: variant_kernels.h.
struct VariantArrays {
  PlaceArray gates, hidden_part, input_hat, hidden_hat, scales, cell_hat, dnormed;
  PlaceArray c, c_new, keep_h, keep_c, reset_hidden, out;
  PlaceArray projected;       // [P], before zoneout; where there is both
  PlaceArray dprojected;      // [P], backward: the gradient of what W_hr gives
  PlaceArray h_product;       // [P], h' after its dropout
  PlaceArray recurrent_mask;  // [P] for each batch row, not place
};

// The arrays of one layer that both directions share.
struct VariantInput {
  PlaceArray x;        // [in], x after its dropout
  PlaceArray mask;     // [in] for each batch row
  PlaceArray y;        // [D P], output of every layer but the last
  PlaceArray dropped;  // the same after dropout; y itself without
};

struct VariantLayout {
  VariantArrays directions[2];
  VariantInput input;
};

// Whether x's and h' products are kept apart until the cell's functions.
inline bool KeepsApart(const RnnShape& shape) {
  return GateCount(shape.cell) == 3 && shape.cell != Cell::kLstm ? true : shape.options.layer_norm;
}

// Widths and offsets of layer's arrays from start on, for so many places; returns their end.
// training: with what backward needs and masks.
int64_t LayOut(const RnnShape& shape, int64_t layer, int64_t places, int64_t batch, bool training,
               int64_t start, VariantLayout* out_layout);

// Sets each array's data from the memory that offsets count from.
void Bind(VariantLayout& layout, float* memory);

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_VARIANT_RESERVE_H_
