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

// Scratch that the layers of a stack share, since one runs at a time. It only grows: once it is
// warm a training step allocates nothing.
struct LayerWorkspace {
  AlignedFloats zeros, state, kept, tasks, dh, dc;
  std::deque<SpinBarrier> barriers;  // one for each team
  GradientRows rows[2];              // of each direction
  std::vector<OuterProduct> products;
  OuterScratch outer;
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

 private:
  struct Split;
  struct Weights {
    AlignedFloats packed, bias, hidden_bias, ih_back, hh_back;
  };

  Split SplitOf(int64_t batch) const;
  void GatherTeams(const Split& split, LayerWorkspace& workspace) const;
  SequenceArgs Common(const LayerCall& call, const Split& split, int64_t task,
                      LayerWorkspace& workspace) const;
  ForwardSequenceArgs ForwardArgs(const LayerForwardCall& call, const SequenceArgs& common,
                                  LayerWorkspace& workspace) const;
  void RunBackwardSequences(const LayerBackwardCall& call, LayerWorkspace& workspace);
  void InputGradient(const LayerBackwardCall& call);
  void ParameterGradients(const LayerBackwardCall& call, LayerWorkspace& workspace);
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
