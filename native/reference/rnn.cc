#include "reference/rnn.h"

#include <algorithm>
#include <utility>

#include "reference/cell.h"
#include "reference/philox.h"

namespace nrnn::reference {
namespace {

// The steps of one row through one layer and direction, in the order in which they ran.
template <class Real>
using RowTrace = std::vector<CellStep<Real>>;

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

// Runs one row through one layer and direction; writes its columns of y and its final state.
template <class Real>
RowTrace<Real> ForwardRow(const RnnShape& shape, const RnnSequence<Real>& sequence, int64_t layer,
                          int64_t direction, int64_t row, const Array<Real>& x,
                          RnnOutputs<Real>& outputs) {
  const int64_t batch = sequence.batch, hidden = shape.hidden, input = shape.LayerInput(layer);
  const int64_t state_at = ((layer * shape.directions + direction) * batch + row) * hidden;
  const bool lstm = shape.cell == Cell::kLstm;
  const auto params = ParamsAt(shape, layer, direction, sequence.params.data());
  auto h = PartOrZeros(sequence.h0, state_at, hidden);
  auto c = PartOrZeros(sequence.c0, state_at, lstm ? hidden : 0);
  RowTrace<Real> trace;
  const int64_t length = RowLength(sequence, row);
  for (int64_t k = 0; k < length; ++k) {
    const int64_t at = StepTime(direction, length, k) * batch + row;
    trace.push_back(StepForward(shape.cell, params, Part(x, at * input, input), h, c));
    h = trace.back().h;
    c = trace.back().c;
    Assign(h, outputs.y, (at * shape.directions + direction) * hidden);
  }
  Assign(h, outputs.hn, state_at);
  if (lstm) Assign(c, outputs.cn, state_at);
  return trace;
}

// Runs all layers. outputs.y ends as the last layer's output, time-major.
template <class Real>
std::vector<LayerTrace<Real>> Trace(const RnnShape& shape, const RnnSequence<Real>& sequence,
                                    RnnOutputs<Real>& outputs) {
  const int64_t steps = sequence.steps, batch = sequence.batch, hidden = shape.hidden;
  const int64_t states = shape.layers * shape.directions * batch * hidden;
  outputs.hn.resize(states);
  outputs.cn.resize(shape.cell == Cell::kLstm ? states : 0);
  auto x = shape.batch_first ? SwapAxes(sequence.x, batch, steps, shape.input) : sequence.x;
  std::vector<LayerTrace<Real>> layers(shape.layers);
  for (int64_t layer = 0; layer < shape.layers; ++layer) {
    outputs.y.assign(steps * batch * shape.directions * hidden, 0);
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
  const int64_t batch = sequence.batch, hidden = shape.hidden, input = shape.LayerInput(layer);
  const int64_t state_at = ((layer * shape.directions + direction) * batch + row) * hidden;
  const bool lstm = shape.cell == Cell::kLstm;
  const auto params = ParamsAt(shape, layer, direction, sequence.params.data());
  const auto dparams = ParamsAt(shape, layer, direction, gradients.dparams.data());
  auto dh = PartOrZeros(outputs.hn, state_at, hidden);
  auto dc = PartOrZeros(outputs.cn, state_at, lstm ? hidden : 0);
  const auto length = static_cast<int64_t>(trace.size());
  for (int64_t k = length - 1; k >= 0; --k) {
    const int64_t at = StepTime(direction, length, k) * batch + row;
    Add(Part(dy, (at * shape.directions + direction) * hidden, hidden), dh, 0);
    auto step = StepBackward(shape.cell, params, trace[k], dh, dc, dparams);
    Add(step.dx, dx, at * input);
    dh = std::move(step.dh_before);
    dc = std::move(step.dc_before);
  }
  Assign(dh, gradients.dh0, state_at);
  if (lstm) Assign(dc, gradients.dc0, state_at);
}

}  // namespace

template <class Real>
RnnOutputs<Real> RnnForward(const RnnShape& shape, const RnnSequence<Real>& sequence) {
  RnnOutputs<Real> outputs;
  Trace(shape, sequence, outputs);
  if (shape.batch_first) {
    const int64_t width = shape.directions * shape.hidden;
    outputs.y = SwapAxes(outputs.y, sequence.steps, sequence.batch, width);
  }
  return outputs;
}

template <class Real>
RnnGradients<Real> RnnBackward(const RnnShape& shape, const RnnSequence<Real>& sequence,
                               const RnnOutputs<Real>& outputs) {
  const int64_t steps = sequence.steps, batch = sequence.batch;
  const int64_t width = shape.directions * shape.hidden;
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
    dy = std::move(dx);
  }
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
