// Packing and the forward pass of a layer. Rows of the batch are split over the pool: they are
// independent through all steps, so each thread runs its rows' whole sequence without meeting the
// others. Directions are tasks of their own.
#include "cpu/rnn_layer.h"

#include <algorithm>

namespace nrnn::cpu {

// Tasks of a pass: for each direction, slices of the batch. Results do not depend on the split, so
// it may follow the number of threads; both directions together occupy all of them.
struct RnnLayer::Slices {
  Slices(int64_t batch_rows, int64_t directions, int64_t threads) : batch(batch_rows) {
    const int64_t wanted = (threads + directions - 1) / directions;
    const int64_t needed = (batch + kMaxTaskRows - 1) / kMaxTaskRows;
    count = std::min(batch, std::max(wanted, needed));
  }
  int64_t Begin(int64_t slice) const { return batch * slice / count; }
  int64_t Largest() const { return (batch + count - 1) / count; }
  int64_t batch, count;
};

RnnLayer::RnnLayer(CpuBackend& backend, const RnnShape& shape, int64_t layer)
    : backend_(backend), shape_(shape), layer_(layer), input_(shape.LayerInput(layer)) {}

void RnnLayer::GrowForwardWeights() {
  const Kernels& kernels = backend_.kernels();
  for (int64_t direction = 0; direction < shape_.directions; ++direction) {
    Weights& weights = weights_[direction];
    weights.ih.Grow(PackedLength(*kernels.gemm, input_, shape_.GateRows()));
    weights.hh.Grow(kernels.rnn->recurrent_length(shape_.cell, shape_.hidden));
    weights.bias.Grow(shape_.GateRows());
  }
}

void RnnLayer::GrowBackwardWeights() {
  const GemmKernels& gemm = *backend_.kernels().gemm;
  for (int64_t direction = 0; direction < shape_.directions; ++direction) {
    weights_[direction].ih_back.Grow(PackedLength(gemm, shape_.GateRows(), input_));
    weights_[direction].hh_back.Grow(PackedLength(gemm, shape_.GateRows(), shape_.hidden));
  }
}

void RnnLayer::PackForward(const float* params, int64_t direction, bool recurrent) {
  const Kernels& kernels = backend_.kernels();
  Weights& weights = weights_[direction];
  const LayerParams at = LocateLayer(shape_, layer_, direction);
  if (recurrent) {
    kernels.rnn->pack_recurrent(
        {shape_.cell, shape_.hidden, params + at.weight_hh, weights.hh.data()});
    return;
  }
  kernels.gemm->pack({nullptr, 0, params + at.weight_ih, input_, true, input_, shape_.GateRows(),
                      weights.ih.data()});
  if (!shape_.bias) return;
  // GRU with the reset after adds b_hn inside r's product; everything else takes the sum of both.
  const int64_t summed = shape_.cell == Cell::kGru ? 2 * shape_.hidden : shape_.GateRows();
  for (int64_t row = 0; row < shape_.GateRows(); ++row) {
    weights.bias.data()[row] =
        params[at.bias_ih + row] + (row < summed ? params[at.bias_hh + row] : 0.0f);
  }
}

void RnnLayer::PackBackward(const float* params, int64_t direction, bool recurrent) {
  const GemmKernels& gemm = *backend_.kernels().gemm;
  const LayerParams at = LocateLayer(shape_, layer_, direction);
  const int64_t columns = recurrent ? shape_.hidden : input_;
  gemm.pack({nullptr, 0, params + (recurrent ? at.weight_hh : at.weight_ih), columns, false,
             shape_.GateRows(), columns,
             (recurrent ? weights_[direction].hh_back : weights_[direction].ih_back).data()});
}

SequenceArgs RnnLayer::Common(const LayerCall& call, int64_t direction,
                              LayerWorkspace& workspace) const {
  const int64_t state = call.batch * shape_.hidden;
  SequenceArgs args{};
  args.cell = shape_.cell;
  args.steps = call.steps;
  args.batch = call.batch;
  args.input = input_;
  args.hidden = shape_.hidden;
  args.reverse = direction == 1;
  args.lengths = call.lengths;
  args.h0 = call.h0 ? call.h0 + direction * state : workspace.zeros.data();
  args.c0 = call.c0 ? call.c0 + direction * state : workspace.zeros.data();
  args.gates = call.reserve.gates[direction];
  args.aux = call.reserve.aux[direction];
  return args;
}

void RnnLayer::SetRows(const Slices& slices, int64_t task, SequenceArgs& args) const {
  args.row_begin = slices.Begin(task % slices.count);
  args.row_end = slices.Begin(task % slices.count + 1);
}

void RnnLayer::Forward(const LayerForwardCall& call, LayerWorkspace& workspace) {
  const Slices slices(call.batch, shape_.directions, backend_.pool().threads());
  const bool keep = call.reserve.gates[0] != nullptr;
  const int64_t state = call.batch * shape_.hidden;
  const int64_t rows = slices.Largest();
  const int64_t task_floats = keep ? 0 : ProjectionSteps(rows) * rows * shape_.GateRows();
  if (!keep) {
    workspace.state.Grow(shape_.directions * state);
    workspace.tasks.Grow(slices.count * shape_.directions * task_floats);
  }
  backend_.pool().Run(slices.count * shape_.directions, [&](int64_t task, int) {
    const int64_t direction = task / slices.count;
    ForwardSequenceArgs args{};
    static_cast<SequenceArgs&>(args) = Common(call, direction, workspace);
    SetRows(slices, task, args);
    args.x = call.x.data;
    args.x_step = call.x.step;
    args.x_row = call.x.row;
    args.packed_ih = weights_[direction].ih.data();
    args.packed_hh = weights_[direction].hh.data();
    args.bias = shape_.bias ? weights_[direction].bias.data() : nullptr;
    if (shape_.bias && shape_.cell == Cell::kGru) {
      const LayerParams at = LocateLayer(shape_, layer_, direction);
      args.bias_hn = call.params + at.bias_hh + 2 * shape_.hidden;
    }
    args.y = call.y.data + direction * shape_.hidden;
    args.y_step = call.y.step;
    args.y_row = call.y.row;
    args.hn = call.hn ? call.hn + direction * state : nullptr;
    args.cn = call.cn ? call.cn + direction * state : nullptr;
    args.state = keep ? nullptr : workspace.state.data() + direction * state;
    args.workspace = keep ? nullptr : workspace.tasks.data() + task * task_floats;
    backend_.kernels().rnn->forward(args);
  });
}

void RnnLayer::RunBackwardSequences(const LayerBackwardCall& call, LayerWorkspace& workspace) {
  const Slices slices(call.batch, shape_.directions, backend_.pool().threads());
  const int64_t state = call.batch * shape_.hidden;
  const int64_t states = shape_.directions * state;
  float* dh = call.dh0 ? call.dh0 : workspace.dh.Grow(states);
  float* dc = call.dc0 ? call.dc0 : workspace.dc.Grow(states);
  for (int64_t k = 0; k < states; ++k) dh[k] = call.dhn ? call.dhn[k] : 0.0f;
  for (int64_t k = 0; k < states; ++k) dc[k] = call.dcn ? call.dcn[k] : 0.0f;
  const int64_t task_floats = slices.Largest() * shape_.hidden;
  workspace.tasks.Grow(slices.count * shape_.directions * task_floats);
  backend_.pool().Run(slices.count * shape_.directions, [&](int64_t task, int) {
    const int64_t direction = task / slices.count;
    BackwardSequenceArgs args{};
    static_cast<SequenceArgs&>(args) = Common(call, direction, workspace);
    SetRows(slices, task, args);
    args.y = call.y.data + direction * shape_.hidden;
    args.y_step = call.y.step;
    args.y_row = call.y.row;
    args.packed_hh = weights_[direction].hh_back.data();
    args.dy = call.dy.data ? call.dy.data + direction * shape_.hidden : nullptr;
    args.dy_step = call.dy.step;
    args.dy_row = call.dy.row;
    args.dh = dh + direction * state;
    args.dc = dc + direction * state;
    args.workspace = workspace.tasks.data() + task * task_floats;
    backend_.kernels().rnn->backward(args);
  });
}

void RnnLayer::Backward(const LayerBackwardCall& call, LayerWorkspace& workspace) {
  RunBackwardSequences(call, workspace);
  if (call.dx.data) InputGradient(call);
  if (call.dparams) ParameterGradients(call, workspace);
}

}  // namespace nrnn::cpu
