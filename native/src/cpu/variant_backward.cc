// The time loop of a layer's backward pass, with options: it leaves the gradients of the
// pre-activations in the reserve, where variant_gradients.cc sums over them.
#include <algorithm>

#include "cpu/variant_slice.h"

namespace nrnn::cpu {
namespace {

// Floats of a row's cell passes (variant_kernels.h).
constexpr int64_t kRowScratch = 5;

}  // namespace

// dproduct: the gradient of what W_hh multiplied. GRU reset before: of r h' in n's product first,
// given as dreset, then of the rest on top of its part of dproduct.
void VariantLayer::HiddenGradient(const Slice& slice, int64_t count, float* const* dproduct,
                                  float* const* parts) const {
  const int64_t rows = shape_.GateRows(), output = slice.output, hidden = shape_.hidden;
  const float* packed = weights_[slice.direction].hh_back.data();
  const float* from[kMaxTaskRows];
  const bool resets = shape_.cell == Cell::kGruResetBefore;
  for (int64_t r = 0; r < count; ++r) from[r] = parts[r];
  gemm().multiply_rows({count, resets ? 2 * hidden : rows, output, from, packed, rows, nullptr,
                        resets, dproduct});
}

void VariantLayer::BackwardSlice(const VariantBackwardCall& call, Slice& slice, float* dh,
                                 float* dc, float* scratch) const {
  const int64_t output = slice.output, hidden = shape_.hidden;
  const VariantArrays& arrays = slice.arrays;
  const Weights& weights = weights_[slice.direction];
  const int64_t width = slice.row_end - slice.row_begin;
  float* douts = scratch;
  float* dproducts = douts + width * hidden;
  float* dresets = dproducts + width * output;
  float* passes = dresets + width * hidden;
  VariantGradientRow rows[kMaxTaskRows];
  int64_t batch_rows[kMaxTaskRows];
  float* dout_rows[kMaxTaskRows];
  float* dproduct_rows[kMaxTaskRows];
  float* part_rows[kMaxTaskRows];
  const float* from[kMaxTaskRows];
  const float limit = shape_.options.projection_clip;
  for (int64_t s = call.steps - 1; s >= 0; --s) {
    const int64_t t = slice.StepAt(s);
    int64_t count = 0;
    for (int64_t b = slice.row_begin; b < slice.row_end; ++b) {
      if (!slice.Active(s, b)) continue;
      const int64_t place = slice.Place(s, b);
      VariantGradientRow& row = rows[count];
      static_cast<VariantRow&>(row) = slice.RowAt(s, b);
      float* dh_row = dh + b * output;
      if (call.dy.data) {
        const float* dy =
            call.dy.data + slice.direction * output + t * call.dy.step + b * call.dy.row;
        kernels().multiply(dy, nullptr, true, output, dh_row);
      }
      dout_rows[count] = douts + count * hidden;
      dproduct_rows[count] = dproducts + count * output;
      const float* clipped = limit == 0.0f          ? nullptr
                             : arrays.projected.data ? arrays.projected.At(place)
                                                     : slice.y.data + t * slice.y.step +
                                                           b * slice.y.row;
      float* dfresh = arrays.dprojected.data ? arrays.dprojected.At(place) : dout_rows[count];
      kernels().mix_backward(slice.KeepHidden(place), dh_row, clipped, limit, output, dh_row,
                             dfresh);
      row.dout = dout_rows[count];
      row.dc = dc + b * hidden;
      row.dh_direct = dh_row;
      row.dh_product = dproduct_rows[count];
      row.scratch = passes;
      from[count] = dfresh;
      part_rows[count] = row.hidden_part ? row.hidden_part : row.gates;
      batch_rows[count++] = b;
    }
    if (count == 0) continue;
    if (shape_.options.projection > 0) {
      gemm().multiply_rows({count, output, hidden, from, weights.hr_back.data(), output, nullptr,
                            false, dout_rows});
    }
    for (int64_t r = 0; r < count; ++r) kernels().backward(slice.cell, rows[r]);
    if (shape_.cell == Cell::kGruResetBefore) {
      float* dreset_rows[kMaxTaskRows];
      for (int64_t r = 0; r < count; ++r) {
        from[r] = rows[r].hidden_part + 2 * hidden;
        dreset_rows[r] = dresets + r * hidden;
      }
      gemm().multiply_rows({count, hidden, hidden, from, weights.hh_back.data(),
                            shape_.GateRows(), nullptr, false, dreset_rows, 2 * hidden});
      for (int64_t r = 0; r < count; ++r) {
        kernels().backward_reset(slice.cell, rows[r], dreset_rows[r]);
      }
    }
    HiddenGradient(slice, count, dproduct_rows, part_rows);
    for (int64_t r = 0; r < count; ++r) {
      const float* mask = arrays.recurrent_mask.At(batch_rows[r]);
      kernels().multiply(dproduct_rows[r], mask, true, output, dh + batch_rows[r] * output);
    }
  }
}

void VariantLayer::Backward(const VariantBackwardCall& call, VariantWorkspace& workspace) {
  const int64_t output = shape_.Output(), hidden = shape_.hidden;
  const int64_t states = shape_.directions * call.batch;
  float* dh = call.dh0 ? call.dh0 : workspace.dh.Grow(states * output);
  float* dc = call.dc0 ? call.dc0 : workspace.dc.Grow(states * hidden);
  for (int64_t k = 0; k < states * output; ++k) dh[k] = call.dhn ? call.dhn[k] : 0.0f;
  for (int64_t k = 0; k < states * hidden; ++k) dc[k] = call.dcn ? call.dcn[k] : 0.0f;
  // Each row of the batch has a part for itself in its task's scratch; the passes share one.
  const int64_t each = 2 * hidden + output + kRowScratch * hidden;
  workspace.tasks.Grow(states * each);
  ForSlices(call.batch, [&](int64_t direction, int64_t begin, int64_t end) {
    Slice slice = SliceOf(call, direction, begin, end, call.y, workspace);
    BackwardSlice(call, slice, dh + direction * call.batch * output,
                  dc + direction * call.batch * hidden,
                  workspace.tasks.data() + (direction * call.batch + begin) * each);
  });
  for (int64_t direction = 0; direction < shape_.directions; ++direction) {
    CollectRows(call, direction, workspace);
  }
  if (call.dparams) {
    workspace.columns.clear();
    for (int64_t direction = 0; direction < shape_.directions; ++direction) {
      AddColumns(direction, call, workspace);
    }
    RunColumns(workspace);
  }
  if (shape_.options.layer_norm) FinishInputGradients(call, workspace);
  if (call.dx.data) InputGradient(call);
  if (call.dparams) ParameterGradients(call, workspace);
}

}  // namespace nrnn::cpu
