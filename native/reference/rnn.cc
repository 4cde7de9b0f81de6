#include "reference/rnn.h"

#include <algorithm>
#include <utility>

#include "reference/cell.h"
#include "reference/philox.h"
#include "reference/variant_cell.h"

namespace nrnn::reference {
namespace {

// One step, by the plain equations or with options.
template <class Real>
struct StepTrace {
  CellStep<Real> plain;
  VariantStep<Real> variant;
};

// The steps of one row through one layer and direction, in the order in which they ran.
template <class Real>
using RowTrace = std::vector<StepTrace<Real>>;

// One layer: its input in time-major order and the traces of its rows, [directions][batch].
template <class Real>
struct LayerTrace {
  Array<Real> x;
  std::vector<std::vector<RowTrace<Real>>> rows;
};

template <class Real>
CellParams<Real> ParamsAt(const RnnShape& shape, int64_t layer, int64_t direction, Real* params) {
  const LayerParams at = LocateLayer(shape, layer, direction);
  return {params + at.weight_ih, params + at.weight_hh, shape.bias ? params + at.bias_ih : nullptr,
          shape.bias ? params + at.bias_hh : nullptr};
}

// Swaps the first two axes of x: [first, second, width].
template <class Real>
Array<Real> SwapAxes(const Array<Real>& x, int64_t first, int64_t second, int64_t width) {
  Array<Real> y(x.size());
  for (int64_t i = 0; i < first; ++i)
    for (int64_t j = 0; j < second; ++j)
      for (int64_t k = 0; k < width; ++k)
        y[(j * first + i) * width + k] = x[(i * second + j) * width + k];
  return y;
}

template <class Real>
Array<Real> Part(const Array<Real>& x, int64_t first, int64_t length) {
  return Array<Real>(x.begin() + first, x.begin() + first + length);
}

// A part of x, or zeros where x is empty.
template <class Real>
Array<Real> PartOrZeros(const Array<Real>& x, int64_t first, int64_t length) {
  return x.empty() ? Array<Real>(length) : Part(x, first, length);
}

template <class Real>
void Assign(const Array<Real>& part, Array<Real>& y, int64_t first) {
  std::copy(part.begin(), part.end(), y.begin() + first);
}

template <class Real>
void Add(const Array<Real>& part, Array<Real>& y, int64_t first) {
  for (size_t k = 0; k < part.size(); ++k) y[first + k] += part[k];
}

// Layer l's mask: its elements numbered in time-major order, its counters from l 2^40 on.
template <class Real>
void DropOut(const RnnShape& shape, const RnnSequence<Real>& sequence, int64_t layer,
             Array<Real>& y) {
  if (!sequence.training || shape.dropout == 0 || layer == shape.layers - 1) return;
  y = Dropout(y, shape.dropout, sequence.seed, layer << 40);
}

template <class Real>
int64_t RowLength(const RnnSequence<Real>& sequence, int64_t row) {
  return sequence.lengths.empty() ? sequence.steps : sequence.lengths[row];
}

// The time of the step that runs k-th.
int64_t StepTime(int64_t direction, int64_t length, int64_t k) {
  return direction == 0 ? k : length - 1 - k;
}

// Factors of a dropout mask, elements first .. first + length - 1 of it; empty without dropout.
template <class Real>
Array<Real> DropoutFactors(float rate, int64_t seed, int64_t offset, int64_t first,
                           int64_t length) {
  Array<Real> factors;
  for (int64_t k = first; rate > 0 && k < first + length; ++k)
    factors.push_back(DropoutKeeps(rate, seed, offset, k) ? 1 / (1 - Real(rate)) : Real(0));
  return factors;
}

// How much zoneout keeps of each element: 1 or 0 in training, the expectation else.
template <class Real>
Array<Real> ZoneoutKeeps(bool training, float rate, int64_t seed, int64_t offset, int64_t first,
                         int64_t length) {
  Array<Real> keep;
  for (int64_t k = first; rate > 0 && k < first + length; ++k)
    keep.push_back(training ? Real(!DropoutKeeps(rate, seed, offset, k)) : Real(rate));
  return keep;
}

template <class Real>
StepMasks<Real> MasksOf(const RnnShape& shape, const RnnSequence<Real>& sequence, int64_t layer,
                        int64_t direction, int64_t row, int64_t at) {
  const RnnOptions& options = shape.options;
  const bool training = sequence.training && !options.evaluation;
  const int64_t seed = sequence.seed, cell = at * shape.directions + direction;
  const int64_t output = shape.Output(), hidden = shape.hidden;
  StepMasks<Real> masks;
  masks.keep_h = ZoneoutKeeps<Real>(training, options.zoneout_h, seed,
                                    MaskOffset(Mask::kZoneoutH, layer), cell * output, output);
  masks.keep_c = ZoneoutKeeps<Real>(training, options.zoneout_c, seed,
                                    MaskOffset(Mask::kZoneoutC, layer), cell * hidden, hidden);
  masks.recurrent = DropoutFactors<Real>(training ? options.recurrent_dropout : 0, seed,
                                         MaskOffset(Mask::kRecurrent, layer),
                                         (direction * sequence.batch + row) * output, output);
  return masks;
}

// x of a layer, time-major, times the masks of its rows: for x and for its gradient.
template <class Real>
void MaskInput(const RnnShape& shape, const RnnSequence<Real>& sequence, int64_t layer,
               Array<Real>& x) {
  const float rate = sequence.training ? shape.options.input_dropout : 0;
  if (rate == 0) return;
  const int64_t input = shape.LayerInput(layer);
  const auto factors = DropoutFactors<Real>(rate, sequence.seed, MaskOffset(Mask::kInput, layer), 0,
                                            sequence.batch * input);
  for (size_t k = 0; k < x.size(); ++k) x[k] *= factors[k % factors.size()];
}

// params, or their gradients, with the masks of DropConnect on each W_hh.
template <class Real>
Array<Real> MaskWeights(const RnnShape& shape, const RnnSequence<Real>& sequence,
                        const Array<Real>& params) {
  const float rate = sequence.training ? shape.options.weight_dropout : 0;
  auto masked = params;
  if (rate == 0) return masked;
  const int64_t length = shape.GateRows() * shape.Output();
  for (int64_t layer = 0; layer < shape.layers; ++layer)
    for (int64_t direction = 0; direction < shape.directions; ++direction) {
      const int64_t at = LocateLayer(shape, layer, direction).weight_hh;
      const auto factors = DropoutFactors<Real>(
          rate, sequence.seed, MaskOffset(Mask::kWeight, layer), direction * length, length);
      for (int64_t k = 0; k < length; ++k) masked[at + k] *= factors[k];
    }
  return masked;
}

// Runs one row through one layer and direction; writes its columns of y and its final state.
template <class Real>
RowTrace<Real> ForwardRow(const RnnShape& shape, const RnnSequence<Real>& sequence, int64_t layer,
                          int64_t direction, int64_t row, const Array<Real>& x,
                          RnnOutputs<Real>& outputs) {
  const int64_t batch = sequence.batch, input = shape.LayerInput(layer);
  const int64_t hidden = shape.hidden, output = shape.Output();
  const int64_t state = (layer * shape.directions + direction) * batch + row;
  const bool lstm = shape.cell == Cell::kLstm;
  const auto params = ParamsAt(shape, layer, direction, sequence.params.data());
  auto h = PartOrZeros(sequence.h0, state * output, output);
  auto c = PartOrZeros(sequence.c0, state * hidden, lstm ? hidden : 0);
  RowTrace<Real> trace;
  const int64_t length = RowLength(sequence, row);
  for (int64_t k = 0; k < length; ++k) {
    const int64_t at = StepTime(direction, length, k) * batch + row;
    const auto x_part = Part(x, at * input, input);
    StepTrace<Real> step;
    if (shape.options.any) {
      const auto masks = MasksOf(shape, sequence, layer, direction, row, at);
      step.variant =
          VariantForward(shape, {sequence.params.data(), LocateLayer(shape, layer, direction)},
                         x_part, h, c, masks);
      h = step.variant.h;
      c = step.variant.c;
    } else {
      step.plain = StepForward(shape.cell, params, x_part, h, c);
      h = step.plain.h;
      c = step.plain.c;
    }
    trace.push_back(std::move(step));
    Assign(h, outputs.y, (at * shape.directions + direction) * output);
  }
  Assign(h, outputs.hn, state * output);
  if (lstm) Assign(c, outputs.cn, state * hidden);
  return trace;
}

// Runs all layers. outputs.y ends as the last layer's output, time-major.
template <class Real>
std::vector<LayerTrace<Real>> Trace(const RnnShape& shape, const RnnSequence<Real>& sequence,
                                    RnnOutputs<Real>& outputs) {
  const int64_t steps = sequence.steps, batch = sequence.batch, output = shape.Output();
  const int64_t states = shape.layers * shape.directions * batch;
  outputs.hn.resize(states * output);
  outputs.cn.resize(shape.cell == Cell::kLstm ? states * shape.hidden : 0);
  auto x = shape.batch_first ? SwapAxes(sequence.x, batch, steps, shape.input) : sequence.x;
  std::vector<LayerTrace<Real>> layers(shape.layers);
  for (int64_t layer = 0; layer < shape.layers; ++layer) {
    MaskInput(shape, sequence, layer, x);
    outputs.y.assign(steps * batch * shape.directions * output, 0);
    layers[layer].rows.resize(shape.directions);
    for (int64_t direction = 0; direction < shape.directions; ++direction)
      for (int64_t row = 0; row < batch; ++row)
        layers[layer].rows[direction].push_back(
            ForwardRow(shape, sequence, layer, direction, row, x, outputs));
    layers[layer].x = std::move(x);
    DropOut(shape, sequence, layer, outputs.y);
    x = outputs.y;
  }
  return layers;
}

// The gradients of ForwardRow: takes the row's columns of dy and its part of dhn, dcn; adds to dx
// and dparams.
template <class Real>
void BackwardRow(const RnnShape& shape, const RnnSequence<Real>& sequence,
                 const RnnOutputs<Real>& outputs, int64_t layer, int64_t direction, int64_t row,
                 const RowTrace<Real>& trace, const Array<Real>& dy, Array<Real>& dx,
                 RnnGradients<Real>& gradients) {
  const int64_t batch = sequence.batch, input = shape.LayerInput(layer);
  const int64_t hidden = shape.hidden, output = shape.Output();
  const int64_t state = (layer * shape.directions + direction) * batch + row;
  const bool lstm = shape.cell == Cell::kLstm;
  const auto params = ParamsAt(shape, layer, direction, sequence.params.data());
  const auto dparams = ParamsAt(shape, layer, direction, gradients.dparams.data());
  auto dh = PartOrZeros(outputs.hn, state * output, output);
  auto dc = PartOrZeros(outputs.cn, state * hidden, lstm ? hidden : 0);
  const auto length = static_cast<int64_t>(trace.size());
  for (int64_t k = length - 1; k >= 0; --k) {
    const int64_t at = StepTime(direction, length, k) * batch + row;
    Add(Part(dy, (at * shape.directions + direction) * output, output), dh, 0);
    auto step =
        shape.options.any
            ? VariantBackward(shape, {sequence.params.data(), LocateLayer(shape, layer, direction)},
                              trace[k].variant, dh, dc, gradients.dparams)
            : StepBackward(shape.cell, params, trace[k].plain, dh, dc, dparams);
    Add(step.dx, dx, at * input);
    dh = std::move(step.dh_before);
    dc = std::move(step.dc_before);
  }
  Assign(dh, gradients.dh0, state * output);
  if (lstm) Assign(dc, gradients.dc0, state * hidden);
}

}  // namespace

template <class Real>
RnnOutputs<Real> RnnForward(const RnnShape& shape, const RnnSequence<Real>& given) {
  auto sequence = given;
  sequence.params = MaskWeights(shape, given, given.params);
  RnnOutputs<Real> outputs;
  Trace(shape, sequence, outputs);
  if (shape.batch_first) {
    const int64_t width = shape.directions * shape.Output();
    outputs.y = SwapAxes(outputs.y, sequence.steps, sequence.batch, width);
  }
  return outputs;
}

template <class Real>
RnnGradients<Real> RnnBackward(const RnnShape& shape, const RnnSequence<Real>& given,
                               const RnnOutputs<Real>& outputs) {
  auto sequence = given;
  sequence.params = MaskWeights(shape, given, given.params);
  const int64_t steps = sequence.steps, batch = sequence.batch;
  const int64_t width = shape.directions * shape.Output();
  RnnOutputs<Real> forward;
  const auto layers = Trace(shape, sequence, forward);
  RnnGradients<Real> gradients;
  gradients.dh0.resize(forward.hn.size());
  gradients.dc0.resize(forward.cn.size());
  gradients.dparams.resize(sequence.params.size());

  auto dy = PartOrZeros(outputs.y, 0, steps * batch * width);
  if (shape.batch_first) dy = SwapAxes(dy, batch, steps, width);
  for (int64_t layer = shape.layers - 1; layer >= 0; --layer) {
    DropOut(shape, sequence, layer, dy);
    Array<Real> dx(steps * batch * shape.LayerInput(layer));
    for (int64_t direction = 0; direction < shape.directions; ++direction)
      for (int64_t row = 0; row < batch; ++row)
        BackwardRow(shape, sequence, outputs, layer, direction, row,
                    layers[layer].rows[direction][row], dy, dx, gradients);
    MaskInput(shape, sequence, layer, dx);
    dy = std::move(dx);
  }
  gradients.dparams = MaskWeights(shape, sequence, gradients.dparams);
  gradients.dx = shape.batch_first ? SwapAxes(dy, steps, batch, shape.input) : dy;
  return gradients;
}

#define NRNN_INSTANTIATE(Real)                                                       \
  template RnnOutputs<Real> RnnForward(const RnnShape&, const RnnSequence<Real>&);   \
  template RnnGradients<Real> RnnBackward(const RnnShape&, const RnnSequence<Real>&, \
                                          const RnnOutputs<Real>&);
NRNN_INSTANTIATE(float)
NRNN_INSTANTIATE(double)
#undef NRNN_INSTANTIATE

}  // namespace nrnn::reference
