// A stack of recurrent layers on a GPU: where everything of a call lies, and what is queued on
// which stream.
//
// Forward, layer by layer: x W_ih^T + biases of all steps as one product a direction, then the
// recurrence (recurrent.h). The second direction runs on a stream of its own, beside the first,
// each with half of the multiprocessors. Backward: the recurrences, dx of both directions, and on a
// third stream dW and db, beside the recurrences of the layers below.
#ifndef NATIVERNN_CUDA_RNN_PLAN_H_
#define NATIVERNN_CUDA_RNN_PLAN_H_

#include <vector>

#include "core/backend.h"
#include "core/rnn_reserve.h"
#include "cuda/cuda_backend.h"
#include "cuda/gemm.h"
#include "cuda/recurrent.h"
#include "cuda/sequence_rows.h"
#include "cuda/step_graphs.h"

namespace nrnn::cuda {

class CudaRnnPlan final : public RnnPlan {
 public:
  CudaRnnPlan(CudaBackend& backend, const RnnShape& shape);

  int64_t ReserveLength(int64_t steps, int64_t batch) const override;
  void Forward(const RnnForwardArgs& args) override;
  void Backward(const RnnBackwardArgs& args) override;

 private:
  // What the layers of a call share.
  struct Shared {
    int64_t steps, batch;
    const int32_t* lengths;  // checked, or null
    // Memory of queued work, until all streams are joined.
    std::vector<Scratch> held;
  };
  // What the gradients of a layer's parameters are made of.
  struct ParameterGradients {
    int64_t layer, direction;
    const float* da;          // [T,B,G H]
    const float* aux;         // [T,B,H]
    const float* x;           // [T B, in], dense
    const float* h0;          // [B,H] or null
    Sequence<const float> y;  // of the direction
    float* dparams;
  };

  // Of a call: sets layout_.
  void LayOut(int64_t steps, int64_t batch);
  template <class Float>
  Sequence<Float> CallerOrder(Float* data, int64_t steps, int64_t batch, int64_t columns) const;
  float* Hold(Shared& shared, int64_t floats);
  void Hold(Shared& shared, Scratch scratch) { shared.held.push_back(std::move(scratch)); }
  // body(direction, stream) for each, on streams side by side, which are joined to the main one.
  template <class Body>
  void ForDirections(const Body& body);
  void CheckLengths(const int32_t* lengths, Shared& shared);
  // x of layer 0, time-major; lengths: rows at or after them become 0, or null.
  const float* TimeMajorInput(const float* x, const int32_t* lengths, Shared& shared);
  void Drop(const float* x, int64_t length, int64_t layer, int64_t seed, float* y);
  void FillCall(int64_t layer, int64_t direction, const Shared& shared, const float* params,
                const float* h0, const float* c0, float* reserve, RecurrentCall& call) const;

  void ProjectInput(int64_t layer, int64_t direction, const float* params, const float* x,
                    float* gates, Shared& shared, Stream& stream);
  void ForwardLayer(const RnnForwardArgs& args, int64_t layer, const float* x, Sequence<float> y,
                    Shared& shared);

  void BackwardLayer(const RnnBackwardArgs& args, int64_t layer, Sequence<const float> dy,
                     Shared& shared);
  void InputGradient(const RnnBackwardArgs& args, int64_t layer, float* dx, Shared& shared);
  void LayerGradients(const RnnBackwardArgs& args, int64_t layer, Shared& shared);
  void AddWeightGradients(const ParameterGradients& of, Shared& shared);
  void AddHiddenGradient(const ParameterGradients& of, int64_t first_gate, int64_t gates,
                         const float* da, int64_t stride, const float* previous, Shared& shared);
  void AddBiasGradients(const ParameterGradients& of, Shared& shared);
  Sequence<const float> LayerOutput(const RnnBackwardArgs& args, int64_t layer) const;

  CudaBackend& backend_;
  const RnnShape shape_;
  // Of products with the weights; of those with gradients.
  const nrnn_precision precision_, gradient_precision_;
  const TilingLimits limits_;
  Stream second_;   // of the second direction
  Stream weights_;  // of the gradients of weights
  Event forked_, joined_, ready_, done_;
  StepGraphs graphs_;
  std::vector<ReserveOffsets> layout_;
};

template <class Float>
Sequence<Float> CudaRnnPlan::CallerOrder(Float* data, int64_t steps, int64_t batch,
                                         int64_t columns) const {
  if (shape_.batch_first) return {data, columns, steps * columns};
  return TimeMajor(data, batch, columns);
}

template <class Body>
void CudaRnnPlan::ForDirections(const Body& body) {
  Stream& main = backend_.stream();
  if (shape_.directions == 2) {
    forked_.Record(main);
    forked_.Hold(second_);
  }
  body(int64_t{0}, main);
  if (shape_.directions == 2) {
    body(int64_t{1}, second_);
    joined_.Record(second_);
    joined_.Hold(main);
  }
}

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_RNN_PLAN_H_
