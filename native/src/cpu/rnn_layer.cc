// Packing, the forward pass of a layer and the time loop of its backward pass. Rows of the batch
// are split over the pool: they are independent through all steps, so each thread runs its rows'
// whole sequence without meeting the others. Where that would leave a thread less than a tile of
// rows, a team of threads shares them and splits the hidden units. Directions are tasks of their
// own.
#include "cpu/rnn_layer.h"

#include <algorithm>

#include "cpu/gemm.h"

namespace nrnn::cpu {
namespace {

// Hidden units of a team's thread at least. 64 steps of one row at H = 128 take 0.33 ms; a team of
// two took 0.24 on an idle machine and over 1 where its threads had to share a processor.
constexpr int64_t kPartUnits = 96;

}  // namespace

LayerSplit SplitBatch(const RnnShape& shape, int64_t batch, int64_t threads) {
  const int64_t each = std::max<int64_t>(threads / shape.directions, 1);
  const int64_t needed = (batch + kMaxTaskRows - 1) / kMaxTaskRows;
  const int64_t tiles = std::max<int64_t>(batch / kTileRows, 1);
  const int64_t slices = std::max(needed, std::min(each, tiles));
  const int64_t parts =
      std::clamp<int64_t>(each / slices, 1, std::max<int64_t>(shape.hidden / kPartUnits, 1));
  return {batch, shape.directions, slices, parts};
}

LayerSplit RnnLayer::SplitOf(int64_t batch) const {
  LayerSplit split = SplitBatch(shape_, batch, backend_.concurrency());
  if (split.parts == 1) {
    const int64_t threads = backend_.pool().threads();
    const int64_t wanted = (threads + shape_.directions - 1) / shape_.directions;
    const int64_t needed = (batch + kMaxTaskRows - 1) / kMaxTaskRows;
    split.slices = std::min(batch, std::max(wanted, needed));
  }
  return split;
}

RnnLayer::RnnLayer(CpuBackend& backend, const RnnShape& shape, int64_t layer)
    : backend_(backend), shape_(shape), layer_(layer), input_(shape.LayerInput(layer)) {}

void RnnLayer::GrowForwardWeights() {
  const int64_t columns = backend_.kernels().rnn->block_length(shape_.cell, shape_.hidden);
  for (int64_t direction = 0; direction < shape_.directions; ++direction) {
    Weights& weights = weights_[direction];
    weights.packed.Grow(columns * (input_ + shape_.hidden));
    weights.bias.Grow(columns);
    weights.hidden_bias.Grow(columns);
  }
}

void RnnLayer::GrowBackwardWeights() {
  const GemmKernels& gemm = *backend_.kernels().gemm;
  for (int64_t direction = 0; direction < shape_.directions; ++direction) {
    weights_[direction].ih_back.Grow(PackedLength(gemm, shape_.GateRows(), input_));
    weights_[direction].hh_back.Grow(PackedLength(gemm, shape_.GateRows(), shape_.hidden));
  }
}

void RnnLayer::PackForward(const float* params, int64_t direction, int64_t half) {
  Weights& weights = weights_[direction];
  const LayerParams at = LocateLayer(shape_, layer_, direction);
  backend_.kernels().rnn->pack({shape_.cell, input_, shape_.hidden, params + at.weight_ih,
                                params + at.weight_hh, shape_.bias ? params + at.bias_ih : nullptr,
                                shape_.bias ? params + at.bias_hh : nullptr, weights.packed.data(),
                                weights.bias.data(), weights.hidden_bias.data(), half, 2});
}

void RnnLayer::PackBackward(const float* params, int64_t direction, bool recurrent) {
  const GemmKernels& gemm = *backend_.kernels().gemm;
  const LayerParams at = LocateLayer(shape_, layer_, direction);
  const int64_t columns = recurrent ? shape_.hidden : input_;
  gemm.pack({nullptr, 0, params + (recurrent ? at.weight_hh : at.weight_ih), columns, false,
             shape_.GateRows(), columns,
             (recurrent ? weights_[direction].hh_back : weights_[direction].ih_back).data()});
}

// The state of one direction where none is given.
const float* RnnLayer::Zeros(const LayerCall& call, LayerWorkspace& workspace) const {
  const int64_t state = call.batch * shape_.hidden;
  float* zeros = workspace.zeros.Grow(state);
  std::fill_n(zeros, state, 0.0f);
  return zeros;
}

// Makes what Common refers to: zeros, and the places where the parts of each slice meet.
void RnnLayer::Gather(const LayerCall& call, const LayerSplit& split,
                      LayerWorkspace& workspace) const {
  Zeros(call, workspace);
  if (split.parts == 1) return;
  const size_t teams = static_cast<size_t>(split.slices * split.directions);
  while (workspace.barriers.size() < teams) workspace.barriers.emplace_back();
  for (SpinBarrier& barrier : workspace.barriers) barrier.Expect(split.parts);
}

SequenceArgs RnnLayer::Common(const LayerCall& call, const LayerSplit& split, int64_t task,
                              StepRange range, LayerWorkspace& workspace) const {
  const int64_t team = split.Team(task);
  const int64_t direction = split.Direction(task);
  const int64_t slice = split.Slice(task);
  const int64_t state = call.batch * shape_.hidden;
  SequenceArgs args{};
  args.cell = shape_.cell;
  args.steps = call.steps;
  args.batch = call.batch;
  args.input = input_;
  args.hidden = shape_.hidden;
  args.reverse = direction == 1;
  args.first = range.first;
  args.last = range.last;
  args.row_begin = split.Begin(slice);
  args.row_end = split.Begin(slice + 1);
  args.part = split.Part(task);
  args.parts = split.parts;
  args.barrier = split.parts > 1 ? &workspace.barriers[static_cast<size_t>(team)] : nullptr;
  args.lengths = call.lengths;
  args.h0 = call.h0 ? call.h0 + direction * state : workspace.zeros.data();
  args.c0 = call.c0 ? call.c0 + direction * state : workspace.zeros.data();
  args.gates = call.reserve.gates[direction];
  args.aux = call.reserve.aux[direction];
  return args;
}

ForwardSequenceArgs RnnLayer::ForwardArgs(const LayerForwardCall& call, const SequenceArgs& common,
                                          LayerWorkspace& workspace) const {
  const int64_t direction = common.reverse ? 1 : 0;
  const int64_t state = call.batch * shape_.hidden;
  const bool keep = common.gates != nullptr;
  const Weights& weights = weights_[direction];
  ForwardSequenceArgs args{};
  static_cast<SequenceArgs&>(args) = common;
  args.x = call.x.data;
  args.x_step = call.x.step;
  args.x_row = call.x.row;
  args.packed = weights.packed.data();
  args.bias = weights.bias.data();
  args.hidden_bias = weights.hidden_bias.data();
  args.y = call.y.data + direction * shape_.hidden;
  args.y_step = call.y.step;
  args.y_row = call.y.row;
  args.hn = call.hn ? call.hn + direction * state : nullptr;
  args.cn = call.cn ? call.cn + direction * state : nullptr;
  if (!keep) {
    args.state = workspace.state.data() + direction * state;
    if (shape_.cell == Cell::kGruResetBefore) {
      args.kept = workspace.kept.data() + direction * call.batch * shape_.GateRows();
    }
  }
  return args;
}

// Floats of a slice's projection that is computed ahead of the steps; 0: each step multiplies x.
int64_t RnnLayer::AheadFloats(const LayerSplit& split) const {
  if (split.Largest() >= kFusedRows) return 0;
  return kAheadRows * backend_.kernels().rnn->block_length(shape_.cell, shape_.hidden);
}

void RnnLayer::PrepareForward(const LayerForwardCall& call, const LayerSplit& split,
                              LayerWorkspace& workspace) {
  Gather(call, split, workspace);
  if (call.reserve.gates[0] == nullptr) {
    const int64_t rows = shape_.directions * call.batch;
    workspace.state.Grow(rows * shape_.hidden);
    if (shape_.cell == Cell::kGruResetBefore) workspace.kept.Grow(rows * shape_.GateRows());
  }
  workspace.tasks.Grow(shape_.directions * split.slices * AheadFloats(split));
}

void RnnLayer::ForwardSteps(const LayerForwardCall& call, const LayerSplit& split, int64_t task,
                            StepRange range, LayerWorkspace& workspace) {
  ForwardSequenceArgs args =
      ForwardArgs(call, Common(call, split, task, range, workspace), workspace);
  const int64_t ahead = AheadFloats(split);
  args.ahead = ahead == 0 ? nullptr : workspace.tasks.data() + split.Team(task) * ahead;
  backend_.kernels().rnn->forward(args);
}

void RnnLayer::Forward(const LayerForwardCall& call, LayerWorkspace& workspace) {
  const LayerSplit split = SplitOf(call.batch);
  PrepareForward(call, split, workspace);
  backend_.pool().Run(split.Tasks(), [&](int64_t task, int) {
    ForwardSteps(call, split, task, {0, call.steps}, workspace);
  });
}

// The gradients of the last state, in dh and dc, become those of the initial one.
void RnnLayer::PrepareBackward(const LayerBackwardCall& call, const LayerSplit& split,
                               LayerWorkspace& workspace) {
  Gather(call, split, workspace);
  const int64_t states = shape_.directions * call.batch * shape_.hidden;
  float* dh = call.dh0 ? call.dh0 : workspace.dh.Grow(states);
  float* dc = call.dc0 ? call.dc0 : workspace.dc.Grow(states);
  for (int64_t k = 0; k < states; ++k) dh[k] = call.dhn ? call.dhn[k] : 0.0f;
  for (int64_t k = 0; k < states; ++k) dc[k] = call.dcn ? call.dcn[k] : 0.0f;
  workspace.tasks.Grow(split.slices * shape_.directions * split.Largest() * shape_.hidden);
}

void RnnLayer::BackwardSteps(const LayerBackwardCall& call, const LayerSplit& split, int64_t task,
                             StepRange range, LayerWorkspace& workspace) {
  BackwardSequenceArgs args{};
  static_cast<SequenceArgs&>(args) = Common(call, split, task, range, workspace);
  const int64_t direction = split.Direction(task);
  const int64_t state = direction * call.batch * shape_.hidden;
  args.y = call.y.data + direction * shape_.hidden;
  args.y_step = call.y.step;
  args.y_row = call.y.row;
  args.packed_hh = weights_[direction].hh_back.data();
  args.dy = call.dy.data ? call.dy.data + direction * shape_.hidden : nullptr;
  args.dy_step = call.dy.step;
  args.dy_row = call.dy.row;
  args.dh = (call.dh0 ? call.dh0 : workspace.dh.data()) + state;
  args.dc = (call.dc0 ? call.dc0 : workspace.dc.data()) + state;
  args.workspace = workspace.tasks.data() + split.Team(task) * split.Largest() * shape_.hidden;
  backend_.kernels().rnn->backward(args);
}

void RnnLayer::Backward(const LayerBackwardCall& call, LayerWorkspace& workspace) {
  const LayerSplit split = SplitOf(call.batch);
  PrepareBackward(call, split, workspace);
  backend_.pool().Run(split.Tasks(), [&](int64_t task, int) {
    BackwardSteps(call, split, task, {0, call.steps}, workspace);
  });
  if (call.dx.data) InputGradient(call);
  if (call.dparams) ParameterGradients(call, workspace);
}

}  // namespace nrnn::cpu
