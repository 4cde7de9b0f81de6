// The time loop of a layer's backward pass, with options: it leaves the gradients of the
// pre-activations in the reserve, where variant_gradients.cc sums over them.
#include <algorithm>

#include "cpu/variant_slice.h"

namespace nrnn::cpu {
namespace {

// Scratch of a task, in vectors of H floats: of the cell's passes (variant_kernels.h), which rows
// share, and then of each row dout, dproduct and dreset. P is below H.
constexpr int64_t kRowScratch = 5;
constexpr int64_t kRowGradients = 3;

}  // namespace

// The rows of one step. dout: [H] of each, dproduct: [P], the gradient of what W_hh multiplied.
struct VariantLayer::GradientStep {
  int64_t count = 0;
  VariantGradientRow rows[kMaxTaskRows];
  int64_t batch[kMaxTaskRows];
  const float* from[kMaxTaskRows];
  float* dout[kMaxTaskRows];
  float* dproduct[kMaxTaskRows];
  float* dreset[kMaxTaskRows];
};

// Collects the rows within their lengths, and takes dy, zoneout and the projection's clip back. dh
// keeps what reaches h' past W_hh.
void VariantLayer::GatherGradients(const VariantBackwardCall& call, const Slice& slice, int64_t s,
                                   float* dh, float* dc, float* scratch, GradientStep& step) const {
  const int64_t output = slice.output, hidden = shape_.hidden, t = slice.StepAt(s);
  const VariantArrays& arrays = slice.arrays;
  const float limit = shape_.options.projection_clip;
  for (int64_t b = slice.row_begin; b < slice.row_end; ++b) {
    if (!slice.Active(s, b)) continue;
    const int64_t place = slice.Place(s, b), r = step.count++;
    float* own = scratch + (kRowScratch + (b - slice.row_begin) * kRowGradients) * hidden;
    float* dh_row = dh + b * output;
    step.batch[r] = b;
    step.dout[r] = own;
    step.dproduct[r] = own + hidden;
    step.dreset[r] = own + 2 * hidden;
    if (call.dy.data) {
      const float* dy = call.dy.data + t * call.dy.step + b * call.dy.row;
      kernels().multiply(dy + slice.direction * output, nullptr, true, output, dh_row);
    }
    const float* out = arrays.projected.data ? arrays.projected.At(place)
                                             : slice.y.data + t * slice.y.step + b * slice.y.row;
    float* dfresh = arrays.dprojected.data ? arrays.dprojected.At(place) : step.dout[r];
    kernels().mix_backward(slice.KeepHidden(place), dh_row, limit > 0.0f ? out : nullptr, limit,
                           output, dh_row, dfresh);
    step.from[r] = dfresh;
    VariantGradientRow& row = step.rows[r];
    static_cast<VariantRow&>(row) = slice.RowAt(s, b);
    row.dout = step.dout[r];
    row.dc = dc + b * hidden;
    row.dh_direct = dh_row;
    row.dh_product = step.dproduct[r];
    row.scratch = scratch;
  }
}

// From the gradients that the cells left, that of what W_hh multiplied. GRU reset before: of r h'
// in n's product first, then of the other gates' on top of what came through r.
void VariantLayer::HiddenGradients(const Slice& slice, GradientStep& step) const {
  const int64_t rows = shape_.GateRows(), hidden = shape_.hidden, count = step.count;
  const float* packed = weights_[slice.direction].hh_back.data();
  const bool resets = shape_.cell == Cell::kGruResetBefore;
  if (resets) {
    for (int64_t r = 0; r < count; ++r) step.from[r] = step.rows[r].hidden_part + 2 * hidden;
    gemm().multiply_rows(
        {count, hidden, hidden, step.from, packed, rows, nullptr, false, step.dreset, 2 * hidden});
    for (int64_t r = 0; r < count; ++r) {
      kernels().backward_reset(slice.cell, step.rows[r], step.dreset[r]);
    }
  }
  for (int64_t r = 0; r < count; ++r) {
    const VariantRow& row = step.rows[r];
    step.from[r] = row.hidden_part ? row.hidden_part : row.gates;
  }
  gemm().multiply_rows({count, resets ? 2 * hidden : rows, slice.output, step.from, packed, rows,
                        nullptr, resets, step.dproduct});
}

void VariantLayer::BackwardSlice(const VariantBackwardCall& call, const Slice& slice, float* dh,
                                 float* dc, float* scratch) const {
  const int64_t output = slice.output;
  for (int64_t s = call.steps - 1; s >= 0; --s) {
    GradientStep step;
    GatherGradients(call, slice, s, dh, dc, scratch, step);
    if (step.count == 0) continue;
    if (shape_.options.projection > 0) {
      gemm().multiply_rows({step.count, output, shape_.hidden, step.from,
                            weights_[slice.direction].hr_back.data(), output, nullptr, false,
                            step.dout});
    }
    for (int64_t r = 0; r < step.count; ++r) kernels().backward(slice.cell, step.rows[r]);
    HiddenGradients(slice, step);
    for (int64_t r = 0; r < step.count; ++r) {
      const int64_t b = step.batch[r];
      kernels().multiply(step.dproduct[r], slice.arrays.recurrent_mask.At(b), true, output,
                         dh + b * output);
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
  const int64_t each = (kRowScratch + kRowGradients) * hidden;
  workspace.tasks.Grow(states * each);
  ForSlices(call.batch, [&](int64_t direction, int64_t begin, int64_t end) {
    BackwardSlice(call, SliceOf(call, direction, begin, end, call.y, workspace),
                  dh + direction * call.batch * output, dc + direction * call.batch * hidden,
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
