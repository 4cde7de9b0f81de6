// One layer of a recurrent stack, both directions: packed weights, and the passes over a sequence.
#ifndef NATIVERNN_CPU_RNN_LAYER_H_
#define NATIVERNN_CPU_RNN_LAYER_H_

#include <deque>
#include <vector>

#include "core/layout.h"
#include "cpu/aligned_floats.h"
#include "cpu/cpu_backend.h"
#include "cpu/outer_products.h"
#include "cpu/rnn_kernels.h"

namespace nrnn::cpu {

// A [T,B,columns] array in either order of steps and rows: element (t, b, j) at t * step + b * row
// + j.
template <class Float>
struct Sequence {
  Float* data = nullptr;
  int64_t step = 0;
  int64_t row = 0;
};

// What a layer keeps for backward, for each direction: gates [T,B,G H] and aux [T,B,H]
// (rnn_kernels.h).
struct LayerReserve {
  float* gates[2] = {nullptr, nullptr};
  float* aux[2] = {nullptr, nullptr};
};

struct LayerCall {
  int64_t steps, batch;
  const int32_t* lengths;  // or null
  const float* h0;         // [D,B,H] or null
  const float* c0;         // [D,B,H] or null
  LayerReserve reserve;
  Sequence<const float> x;
};

struct LayerForwardCall : LayerCall {
  const float* params;
  Sequence<float> y;  // [T,B,D H]
  float* hn;          // [D,B,H] or null
  float* cn;          // [D,B,H] or null
};

struct LayerBackwardCall : LayerCall {
  Sequence<const float> y;
  Sequence<const float> dy;  // data null: zeros
  const float* dhn;          // [D,B,H] or null
  const float* dcn;          // [D,B,H] or null
  Sequence<float> dx;        // data null: not wanted
  float* dh0;                // [D,B,H] or null
  float* dc0;                // [D,B,H] or null
  float* dparams;            // of the whole stack, or null
};

// One pointer for each row (t, b) that is within its length.
struct GradientRows {
  std::vector<const float*> gates, aux, x, h_prev;
};

// Scratch that the layers of a stack share while one runs at a time. It only grows: once it is warm
// a training step allocates nothing.
struct LayerWorkspace {
  AlignedFloats zeros, state, kept, tasks, dh, dc;
  std::deque<SpinBarrier> barriers;  // one for each team
  GradientRows rows[2];              // of each direction
  std::vector<OuterProduct> products;
  OuterScratch outer;
};

// Tasks of a pass: for each direction, slices of the batch, and for each slice parts of the hidden
// units. Results do not depend on the split, so it may follow the number of threads.
struct LayerSplit {
  int64_t batch, directions, slices, parts;
  int64_t Tasks() const { return directions * slices * parts; }
  int64_t Team(int64_t task) const { return task / parts; }
  int64_t Part(int64_t task) const { return task % parts; }
  int64_t Direction(int64_t task) const { return Team(task) / slices; }
  int64_t Slice(int64_t task) const { return Team(task) % slices; }
  int64_t Begin(int64_t slice) const { return batch * slice / slices; }
  int64_t Largest() const { return (batch + slices - 1) / slices; }
};

// A split over this many threads that run at the same time. Where the batch has fewer tiles of rows
// teams share the hidden units; then there are no more tasks than threads.
LayerSplit SplitBatch(const RnnShape& shape, int64_t batch, int64_t threads);

// Steps first .. last - 1 in the order of the recurrence.
struct StepRange {
  int64_t first, last;
};

class RnnLayer {
 public:
  RnnLayer(CpuBackend& backend, const RnnShape& shape, int64_t layer);

  // Weights in the order of the forward kernels; of the backward kernels. Two tasks for each
  // direction: half of the blocks; one of the matrices.
  void GrowForwardWeights();
  void GrowBackwardWeights();
  void PackForward(const float* params, int64_t direction, int64_t half);
  void PackBackward(const float* params, int64_t direction, bool recurrent);

  void Forward(const LayerForwardCall& call, LayerWorkspace& workspace);
  void Backward(const LayerBackwardCall& call, LayerWorkspace& workspace);

  // The parts of these two, for layers that run side by side: a task takes its steps range by range,
  // in the order of the pass. InputGradientOfSteps (one direction only) returns when the whole team
  // has done its rows.
  void PrepareForward(const LayerForwardCall& call, const LayerSplit& split,
                      LayerWorkspace& workspace);
  void ForwardSteps(const LayerForwardCall& call, const LayerSplit& split, int64_t task,
                    StepRange range, LayerWorkspace& workspace);
  void PrepareBackward(const LayerBackwardCall& call, const LayerSplit& split,
                       LayerWorkspace& workspace);
  void BackwardSteps(const LayerBackwardCall& call, const LayerSplit& split, int64_t task,
                     StepRange range, LayerWorkspace& workspace);
  void InputGradientOfSteps(const LayerBackwardCall& call, const LayerSplit& split, int64_t task,
                            StepRange range, LayerWorkspace& workspace);
  void ParameterGradients(const LayerBackwardCall& call, LayerWorkspace& workspace);

 private:
  struct Weights {
    AlignedFloats packed, bias, hidden_bias, ih_back, hh_back;
  };
  class InputGradientRows;

  LayerSplit SplitOf(int64_t batch) const;
  int64_t AheadFloats(const LayerSplit& split) const;
  const float* Zeros(const LayerCall& call, LayerWorkspace& workspace) const;
  void Gather(const LayerCall& call, const LayerSplit& split, LayerWorkspace& workspace) const;
  SequenceArgs Common(const LayerCall& call, const LayerSplit& split, int64_t task,
                      StepRange range, LayerWorkspace& workspace) const;
  ForwardSequenceArgs ForwardArgs(const LayerForwardCall& call, const SequenceArgs& common,
                                  LayerWorkspace& workspace) const;
  void InputGradient(const LayerBackwardCall& call);
  void CollectRows(const LayerBackwardCall& call, int64_t direction, const float* zeros,
                   GradientRows& rows) const;
  void AddProducts(const GradientRows& rows, int64_t direction, float* dparams,
                   std::vector<OuterProduct>& products) const;

  CpuBackend& backend_;
  const RnnShape shape_;
  const int64_t layer_;
  const int64_t input_;
  Weights weights_[2];
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_RNN_LAYER_H_
