// The CPU's RnnPlan for stacks with options: a stack of VariantLayer.
#ifndef NATIVERNN_CPU_VARIANT_PLAN_H_
#define NATIVERNN_CPU_VARIANT_PLAN_H_

#include <vector>

#include "cpu/variant_layer.h"

namespace nrnn::cpu {

class VariantPlan final : public RnnPlan {
 public:
  VariantPlan(CpuBackend& backend, const RnnShape& shape);

  int64_t ReserveLength(int64_t steps, int64_t batch) const override;
  void Forward(const RnnForwardArgs& args) override;
  void Backward(const RnnBackwardArgs& args) override;

 private:
  // Which weights are packed: the params' contents and slice, and DropConnect's mask.
  struct Packed {
    const float* params = nullptr;
    uint64_t version = 0;
    bool drop = false;
    int64_t seed = 0;
    bool operator==(const Packed& other) const {
      return params == other.params && version == other.version && drop == other.drop &&
             seed == other.seed;
    }
  };

  template <class Float>
  Sequence<Float> CallerOrder(Float* data, int64_t steps, int64_t batch, int64_t columns) const;
  void CheckLengths(const int32_t* lengths, int64_t steps, int64_t batch) const;
  void LayOutReserve(int64_t steps, int64_t batch, float* reserve);
  void Pack(const Packed& wanted, bool backward);
  void FillConstants(int64_t batch);
  void DropOut(const float* x, int64_t length, int64_t layer, int64_t seed, float* y);
  template <class Args>
  VariantCall CallOfLayer(const Args& args, int64_t layer, bool training);

  CpuBackend& backend_;
  const RnnShape shape_;
  std::vector<VariantLayer> layers_;
  Packed forward_packed_, backward_packed_;
  VariantWorkspace workspace_;
  std::vector<VariantLayout> layout_;  // of the call that runs
  AlignedFloats between_[2];           // outputs of layers without a reserve; gradients of them
  AlignedFloats window_;               // places without a reserve
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_VARIANT_PLAN_H_
