// Some batch rows of one direction of a layer with options: where their memory lies at each step.
// s counts the steps in the order of the recurrence, t in time.
#ifndef NATIVERNN_CPU_VARIANT_SLICE_H_
#define NATIVERNN_CPU_VARIANT_SLICE_H_

#include <algorithm>

#include "cpu/variant_layer.h"

namespace nrnn::cpu {

struct VariantLayer::Slice {
  const VariantCall& call;
  const VariantArrays& arrays;
  VariantCell cell;
  int64_t direction, row_begin, row_end;
  int64_t output;           // P
  Sequence<const float> y;  // of this direction
  const float* h0;          // [B,P]
  const float* c0;          // [B,H]
  const float* keep_h;      // the rates, where nothing is drawn; or null
  const float* keep_c;

  int64_t StepAt(int64_t s) const { return direction == 1 ? call.steps - 1 - s : s; }
  int64_t Length(int64_t b) const { return call.lengths ? call.lengths[b] : call.steps; }
  bool Active(int64_t s, int64_t b) const { return StepAt(s) < Length(b); }
  bool IsFirst(int64_t s, int64_t b) const {
    return s == (direction == 1 ? call.steps - Length(b) : 0);
  }
  int64_t Place(int64_t s, int64_t b) const {
    return (call.training ? StepAt(s) : s % call.window) * call.batch + b;
  }
  const float* X(int64_t s, int64_t b) const {
    const PlaceArray& dropped = call.arrays.input.x;
    return dropped.data ? dropped.At(Place(s, b))
                        : call.x.data + StepAt(s) * call.x.step + b * call.x.row;
  }
  const float* HiddenBefore(int64_t s, int64_t b) const {
    return IsFirst(s, b) ? h0 + b * output : y.data + StepAt(s - 1) * y.step + b * y.row;
  }
  const float* CellBefore(int64_t s, int64_t b) const {
    if (!arrays.c.data) return nullptr;
    return IsFirst(s, b) ? c0 + b * cell.hidden : arrays.c.At(Place(s - 1, b));
  }
  const float* KeepHidden(int64_t place) const {
    return arrays.keep_h.data ? arrays.keep_h.At(place) : keep_h;
  }
  // What W_hh multiplies.
  const float* ProductHidden(int64_t s, int64_t b) const {
    return arrays.h_product.data ? arrays.h_product.At(Place(s, b)) : HiddenBefore(s, b);
  }

  VariantRow RowAt(int64_t s, int64_t b) const {
    const int64_t place = Place(s, b);
    VariantRow row{};
    row.gates = arrays.gates.At(place);
    row.hidden_part = arrays.hidden_part.At(place);
    row.input_hat = arrays.input_hat.At(place);
    row.hidden_hat = arrays.hidden_hat.At(place);
    row.scales = arrays.scales.At(place);
    row.cell_hat = arrays.cell_hat.At(place);
    row.dnormed = arrays.dnormed.At(place);
    row.h_before = HiddenBefore(s, b);
    row.h_product = ProductHidden(s, b);
    row.c_before = CellBefore(s, b);
    row.c = arrays.c.At(place);
    row.c_new = arrays.c_new.data ? arrays.c_new.At(place) : row.c;
    row.keep_c = arrays.keep_c.data ? arrays.keep_c.At(place) : keep_c;
    row.reset_hidden = arrays.reset_hidden.At(place);
    row.out = arrays.out.At(place);
    return row;
  }
};

// Calls body(direction, row_begin, row_end) over the pool. Rows are independent through all steps
// and results do not depend on the split, so it may follow the number of threads.
template <class Body>
void VariantLayer::ForSlices(int64_t batch, const Body& body) {
  const int64_t wanted = (backend_.pool().threads() + shape_.directions - 1) / shape_.directions;
  const int64_t needed = (batch + kMaxTaskRows - 1) / kMaxTaskRows;
  const int64_t slices = std::min(batch, std::max(wanted, needed));
  backend_.pool().Run(shape_.directions * slices, [&](int64_t task, int) {
    const int64_t slice = task % slices;
    body(task / slices, batch * slice / slices, batch * (slice + 1) / slices);
  });
}

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_VARIANT_SLICE_H_
