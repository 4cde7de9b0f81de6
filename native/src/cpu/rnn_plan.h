// The CPU's RnnPlan: a stack of layers, their packed weights and the reserve's layout.
#ifndef NATIVERNN_CPU_RNN_PLAN_H_
#define NATIVERNN_CPU_RNN_PLAN_H_

#include <vector>

#include "core/rnn_reserve.h"
#include "cpu/rnn_layer.h"
#include "cpu/rnn_wavefront.h"

namespace nrnn::cpu {

class CpuRnnPlan final : public RnnPlan {
 public:
  CpuRnnPlan(CpuBackend& backend, const RnnShape& shape);

  int64_t ReserveLength(int64_t steps, int64_t batch) const override;
  void Forward(const RnnForwardArgs& args) override;
  void Backward(const RnnBackwardArgs& args) override;

 private:
  // Of a call: sets layout_.
  void LayOut(int64_t steps, int64_t batch);

  // A dense [T,B,columns] array, and one in the order of the caller's x, y and their gradients.
  template <class Float>
  static Sequence<Float> TimeMajor(Float* data, int64_t batch, int64_t columns);
  template <class Float>
  Sequence<Float> CallerOrder(Float* data, int64_t steps, int64_t batch, int64_t columns) const;

  void CheckLengths(const int32_t* lengths, int64_t steps, int64_t batch) const;
  void PackForward(const float* params, uint64_t version);
  void PackBackward(const float* params, uint64_t version);
  // y = dropout(x) over [T,B,D H] of the layer: the same mask for the same seed, whatever the
  // split.
  void DropOut(const float* x, int64_t length, int64_t layer, int64_t seed, float* y);
  template <class Args>
  LayerCall CallOfLayer(const Args& args, const ReserveOffsets& offsets, float* reserve,
                        int64_t layer) const;
  // The calls of all layers. together: they run side by side, and none may write where another
  // reads.
  void MakeForwardCalls(const RnnForwardArgs& args, bool together);
  void MakeBackwardCalls(const RnnBackwardArgs& args, bool together);
  float* Between(int64_t layer, int64_t length, bool together);

  CpuBackend& backend_;
  const RnnShape shape_;
  std::vector<RnnLayer> layers_;
  // Which params are packed. The version names the storage's contents, the pointer the slice.
  struct Packed {
    const float* params = nullptr;
    uint64_t version = 0;
    bool Is(const float* other, uint64_t other_version) const {
      return params == other && version == other_version;
    }
  };
  Packed forward_packed_, backward_packed_;
  LayerWorkspace workspace_;
  Wavefront wavefront_;
  std::vector<ReserveOffsets> layout_;  // of the call that runs
  std::vector<LayerForwardCall> forward_calls_;
  std::vector<LayerBackwardCall> backward_calls_;
  // Outputs of the layers without a reserve, and gradients of outputs: of every layer, or of every
  // second one.
  std::vector<AlignedFloats> between_;
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_RNN_PLAN_H_
