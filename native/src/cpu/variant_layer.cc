// Packing of a layer with options, and its forward pass. A step is one product of all rows of a
// slice with W_hh, then the cell's passes over each row; x W_ih is computed ahead for some steps
// where the rows are few, so that W_ih is read once for them. Rows past their length are left out
// of the products.
#include "cpu/variant_layer.h"

#include <algorithm>

#include "cpu/random.h"
#include "cpu/variant_slice.h"

namespace nrnn::cpu {
namespace {

// count elements of a mask of zeros and 1 / (1 - rate).
void DrawMask(const RandomKernels& random, const RandomStream& stream, float rate, int64_t count,
              float* mask) {
  std::fill_n(mask, count, 1.0f);
  random.dropout(stream, rate, mask, mask, count);
}

}  // namespace

VariantLayer::VariantLayer(CpuBackend& backend, const RnnShape& shape, int64_t layer)
    : backend_(backend), shape_(shape), layer_(layer), input_(shape.LayerInput(layer)) {}

const float* VariantLayer::DroppedHidden(const float* params, int64_t direction, bool drop,
                                         int64_t seed) {
  const float* weight_hh = params + LocateLayer(shape_, layer_, direction).weight_hh;
  if (!drop) return weight_hh;
  float* dropped = weights_[direction].dropped_hh.Grow(HiddenWeights());
  const RandomStream stream = {seed, MaskOffset(Mask::kWeight, layer_),
                               direction * HiddenWeights()};
  backend_.kernels().random->dropout(stream, shape_.options.weight_dropout, weight_hh, dropped,
                                     HiddenWeights());
  return dropped;
}

void VariantLayer::PackDirection(const float* params, int64_t direction, const float* weight_hh,
                                 bool backward) {
  const LayerParams at = LocateLayer(shape_, layer_, direction);
  const int64_t rows = shape_.GateRows(), output = shape_.Output(), hidden = shape_.hidden;
  Weights& weights = weights_[direction];
  // W [n,k] as B [k,n], or in backward as B [n,k].
  const auto pack = [&](const float* w, int64_t n, int64_t k, float* packed) {
    const bool transposed = !backward;
    gemm().pack({nullptr, 0, w, k, transposed, backward ? n : k, backward ? k : n, packed});
  };
  pack(params + at.weight_ih, rows, input_, (backward ? weights.ih_back : weights.ih).data());
  float* hh = (backward ? weights.hh_back : weights.hh).data();
  if (!backward && shape_.cell == Cell::kGruResetBefore) {
    // The product of n by itself.
    pack(weight_hh, 2 * hidden, hidden, hh);
    pack(weight_hh + 2 * hidden * hidden, hidden, hidden,
         hh + PackedLength(gemm(), hidden, 2 * hidden));
  } else {
    pack(weight_hh, rows, output, hh);
  }
  if (shape_.options.projection > 0) {
    pack(params + at.weight_hr, output, hidden, (backward ? weights.hr_back : weights.hr).data());
  }
  for (int64_t k = 0; shape_.bias && !backward && k < rows; ++k) {
    weights.bias.data()[k] = params[at.bias_ih + k] + params[at.bias_hh + k];
  }
}

void VariantLayer::Pack(const float* params, bool drop, int64_t seed, bool backward) {
  const int64_t rows = shape_.GateRows(), output = shape_.Output(), hidden = shape_.hidden;
  const int64_t parts = shape_.cell == Cell::kGruResetBefore ? 2 : 1;
  for (int64_t direction = 0; direction < shape_.directions; ++direction) {
    Weights& weights = weights_[direction];
    if (backward) {
      weights.ih_back.Grow(PackedLength(gemm(), rows, input_));
      weights.hh_back.Grow(PackedLength(gemm(), rows, output));
      weights.hr_back.Grow(PackedLength(gemm(), shape_.options.projection, hidden));
    } else {
      weights.ih.Grow(PackedLength(gemm(), input_, rows));
      weights.hh.Grow(PackedLength(gemm(), output, rows) + (parts - 1) * gemm().lanes * output);
      weights.hr.Grow(PackedLength(gemm(), hidden, shape_.options.projection));
      weights.bias.Grow(rows);
    }
    if (drop) weights.dropped_hh.Grow(HiddenWeights());
  }
  backend_.pool().Run(shape_.directions, [&](int64_t direction, int) {
    PackDirection(params, direction, DroppedHidden(params, direction, drop, seed), backward);
  });
}

VariantCell VariantLayer::CellOf(const float* params, int64_t direction) const {
  const LayerParams at = LocateLayer(shape_, layer_, direction);
  const RnnOptions& options = shape_.options;
  const auto find = [&](int64_t offset) { return offset < 0 ? nullptr : params + offset; };
  VariantCell cell{};
  cell.cell = shape_.cell;
  cell.coupled = options.coupled;
  cell.hidden = shape_.hidden;
  cell.gate = options.gate;
  cell.candidate = options.candidate;
  cell.output = options.output;
  cell.cell_clip = options.cell_clip;
  cell.epsilon = options.norm_epsilon;
  cell.peephole = find(at.peephole);
  cell.bias_ih = find(at.bias_ih);
  cell.bias_hh = find(at.bias_hh);
  cell.norm_ih = find(at.norm_ih);
  cell.norm_hh = find(at.norm_hh);
  cell.norm_cell = find(at.norm_cell);
  cell.norm_cell_bias = find(at.norm_cell_bias);
  return cell;
}

VariantLayer::Slice VariantLayer::SliceOf(const VariantCall& call, int64_t direction,
                                          int64_t row_begin, int64_t row_end,
                                          const Sequence<const float>& y,
                                          VariantWorkspace& workspace) const {
  const int64_t output = shape_.Output();
  const float* zeros = workspace.zeros.data();
  return {call,
          call.arrays.directions[direction],
          CellOf(call.params, direction),
          direction,
          row_begin,
          row_end,
          output,
          {y.data + direction * output, y.step, y.row},
          call.h0 ? call.h0 + direction * call.batch * output : zeros,
          call.c0 ? call.c0 + direction * call.batch * shape_.hidden : zeros,
          shape_.options.zoneout_h > 0.0f ? workspace.keep_h.data() : nullptr,
          shape_.options.zoneout_c > 0.0f ? workspace.keep_c.data() : nullptr};
}

void VariantLayer::MaskInput(const VariantForwardCall& call) {
  const VariantInput& input = call.arrays.input;
  if (!input.x.data) return;
  backend_.pool().Run(call.batch, [&](int64_t b, int) {
    float* mask = input.mask.At(b);
    DrawMask(*backend_.kernels().random, {call.seed, MaskOffset(Mask::kInput, layer_), b * input_},
             shape_.options.input_dropout, input_, mask);
    const int64_t length = call.lengths ? call.lengths[b] : call.steps;
    for (int64_t t = 0; t < length; ++t) {
      kernels().multiply(call.x.data + t * call.x.step + b * call.x.row, mask, false, input_,
                         input.x.At(t * call.batch + b));
    }
  });
}

void VariantLayer::DrawRecurrentMasks(const VariantForwardCall& call) {
  if (!call.arrays.directions[0].recurrent_mask.data) return;
  const int64_t output = shape_.Output();
  backend_.pool().Run(shape_.directions * call.batch, [&](int64_t row, int) {
    const int64_t direction = row / call.batch;
    DrawMask(*backend_.kernels().random,
             {call.seed, MaskOffset(Mask::kRecurrent, layer_), row * output},
             shape_.options.recurrent_dropout, output,
             call.arrays.directions[direction].recurrent_mask.At(row % call.batch));
  });
}

// keep = 1 where the element stays as it was, else 0.
void VariantLayer::DrawZoneout(const VariantCall& call, const Slice& slice, int64_t t,
                               int64_t b) const {
  const auto draw = [&](Mask mask, float rate, int64_t width, float* keep) {
    if (!keep) return;
    const int64_t row = (t * call.batch + b) * shape_.directions + slice.direction;
    DrawMask(*backend_.kernels().random, {call.seed, MaskOffset(mask, layer_), row * width}, rate,
             width, keep);
    for (int64_t k = 0; k < width; ++k) keep[k] = keep[k] == 0.0f ? 1.0f : 0.0f;
  };
  const int64_t place = t * call.batch + b;
  draw(Mask::kZoneoutH, shape_.options.zoneout_h, shape_.Output(), slice.arrays.keep_h.At(place));
  draw(Mask::kZoneoutC, shape_.options.zoneout_c, shape_.hidden, slice.arrays.keep_c.At(place));
}

// x W_ih of the steps first .. last - 1.
void VariantLayer::InputProducts(const VariantForwardCall& call, const Slice& slice, int64_t first,
                                 int64_t last) const {
  const float* x_rows[kMaxTaskRows];
  float* sums[kMaxTaskRows];
  int64_t count = 0;
  for (int64_t s = first; s < last; ++s) {
    for (int64_t b = slice.row_begin; b < slice.row_end; ++b) {
      if (!slice.Active(s, b)) continue;
      x_rows[count] = slice.X(s, b);
      sums[count++] = slice.arrays.gates.At(slice.Place(s, b));
    }
  }
  const Weights& weights = weights_[slice.direction];
  const float* bias = !shape_.bias || shape_.options.layer_norm ? nullptr
                      : KeepsApart(shape_)
                          ? call.params + LocateLayer(shape_, layer_, slice.direction).bias_ih
                          : weights.bias.data();
  gemm().multiply_rows(
      {count, input_, shape_.GateRows(), x_rows, weights.ih.data(), input_, bias, false, sums});
}

// The rows of one step, and the operands of its products.
struct VariantLayer::Step {
  int64_t count = 0;
  VariantRow rows[kMaxTaskRows];
  int64_t places[kMaxTaskRows];
  const float* from[kMaxTaskRows];
  float* to[kMaxTaskRows];
  float* y[kMaxTaskRows];
};

// Collects the rows within their lengths, and draws their masks.
void VariantLayer::GatherStep(const VariantForwardCall& call, const Slice& slice, int64_t s,
                              Step& step) const {
  const VariantArrays& arrays = slice.arrays;
  const int64_t t = slice.StepAt(s);
  for (int64_t b = slice.row_begin; b < slice.row_end; ++b) {
    if (!slice.Active(s, b)) continue;
    const int64_t place = slice.Place(s, b), r = step.count++;
    if (arrays.h_product.data) {
      kernels().multiply(slice.HiddenBefore(s, b), arrays.recurrent_mask.At(b), false, slice.output,
                         arrays.h_product.At(place));
    }
    if (call.training) DrawZoneout(call, slice, t, b);
    step.rows[r] = slice.RowAt(s, b);
    step.places[r] = place;
    step.y[r] = call.y.data + slice.direction * slice.output + t * call.y.step + b * call.y.row;
    if (!step.rows[r].out) step.rows[r].out = step.y[r];
  }
}

// h' W_hh, for GRU with reset before in two parts, and the cells.
void VariantLayer::RunCells(const Slice& slice, Step& step) const {
  const int64_t hidden = shape_.hidden, count = step.count;
  const float* packed = weights_[slice.direction].hh.data();
  const bool apart = KeepsApart(shape_), resets = shape_.cell == Cell::kGruResetBefore;
  const bool biased = apart && shape_.bias && !shape_.options.layer_norm;
  const float* bias = biased ? slice.cell.bias_hh : nullptr;
  for (int64_t r = 0; r < count; ++r) {
    step.from[r] = step.rows[r].h_product;
    step.to[r] = apart ? step.rows[r].hidden_part : step.rows[r].gates;
  }
  gemm().multiply_rows({count, slice.output, resets ? 2 * hidden : shape_.GateRows(), step.from,
                        packed, slice.output, bias, !apart, step.to});
  if (resets) {
    for (int64_t r = 0; r < count; ++r) {
      kernels().forward_reset(slice.cell, step.rows[r]);
      step.from[r] = step.rows[r].reset_hidden;
      step.to[r] = step.rows[r].hidden_part + 2 * hidden;
    }
    gemm().multiply_rows({count, hidden, hidden, step.from,
                          packed + PackedLength(gemm(), hidden, 2 * hidden), hidden,
                          bias ? bias + 2 * hidden : nullptr, false, step.to});
  }
  for (int64_t r = 0; r < count; ++r) kernels().forward(slice.cell, step.rows[r]);
}

void VariantLayer::Project(const Slice& slice, Step& step) const {
  const float limit = shape_.options.projection_clip;
  for (int64_t r = 0; r < step.count; ++r) {
    step.from[r] = step.rows[r].out;
    float* kept = slice.arrays.projected.At(step.places[r]);
    step.to[r] = kept ? kept : step.y[r];
  }
  gemm().multiply_rows({step.count, shape_.hidden, slice.output, step.from,
                        weights_[slice.direction].hr.data(), shape_.hidden, nullptr, false,
                        step.to});
  for (int64_t r = 0; limit > 0.0f && r < step.count; ++r) {
    kernels().clip(limit, slice.output, step.to[r]);
  }
}

void VariantLayer::ForwardStep(const VariantForwardCall& call, const Slice& slice,
                               int64_t s) const {
  Step step;
  GatherStep(call, slice, s, step);
  if (step.count == 0) return;
  RunCells(slice, step);
  const bool projects = shape_.options.projection > 0;
  if (projects) Project(slice, step);
  if (shape_.options.zoneout_h == 0.0f) return;
  for (int64_t r = 0; r < step.count; ++r) {
    const float* fresh = projects ? step.to[r] : step.rows[r].out;
    kernels().mix(slice.KeepHidden(step.places[r]), step.rows[r].h_before, fresh, slice.output,
                  step.y[r]);
  }
}

// Zeros past the rows' lengths, and the last states.
void VariantLayer::FinishForward(const VariantForwardCall& call, const Slice& slice) const {
  const int64_t output = slice.output, hidden = shape_.hidden;
  const int64_t states = slice.direction * call.batch;
  for (int64_t b = slice.row_begin; b < slice.row_end; ++b) {
    const int64_t length = slice.Length(b);
    for (int64_t t = length; t < call.steps; ++t) {
      float* y = call.y.data + slice.direction * output + t * call.y.step + b * call.y.row;
      std::fill_n(y, output, 0.0f);
    }
    const int64_t last = (slice.direction == 1 ? call.steps : length) - 1;
    const float* h = length == 0
                         ? slice.h0 + b * output
                         : slice.y.data + slice.StepAt(last) * slice.y.step + b * slice.y.row;
    if (call.hn) std::copy_n(h, output, call.hn + (states + b) * output);
    if (!call.cn) continue;
    const float* c = length == 0 ? slice.c0 + b * hidden : slice.arrays.c.At(slice.Place(last, b));
    std::copy_n(c, hidden, call.cn + (states + b) * hidden);
  }
}

void VariantLayer::ForwardSlice(const VariantForwardCall& call, const Slice& slice) const {
  const int64_t rows = slice.row_end - slice.row_begin;
  const int64_t ahead = std::min(AheadSteps(rows), call.training ? call.steps : call.window);
  for (int64_t first = 0; first < call.steps; first += ahead) {
    const int64_t last = std::min(first + ahead, call.steps);
    InputProducts(call, slice, first, last);
    for (int64_t s = first; s < last; ++s) ForwardStep(call, slice, s);
  }
  FinishForward(call, slice);
}

void VariantLayer::Forward(const VariantForwardCall& call, VariantWorkspace& workspace) {
  MaskInput(call);
  DrawRecurrentMasks(call);
  const Sequence<const float> y = {call.y.data, call.y.step, call.y.row};
  ForSlices(call.batch, [&](int64_t direction, int64_t begin, int64_t end) {
    ForwardSlice(call, SliceOf(call, direction, begin, end, y, workspace));
  });
}

}  // namespace nrnn::cpu
