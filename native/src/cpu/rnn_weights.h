// The CPU's RnnWeights: every matrix and bias of a stack in one block of memory, in the order in
// which a step reads them.
#ifndef NATIVERNN_CPU_RNN_WEIGHTS_H_
#define NATIVERNN_CPU_RNN_WEIGHTS_H_

#include <vector>

#include "core/backend.h"
#include "cpu/stream_kernels.h"

namespace nrnn::cpu {

class CpuRnnWeights final : public RnnWeights {
 public:
  // Keeps nothing of params.
  CpuRnnWeights(const StreamKernels& kernels, const RnnShape& shape, nrnn_weight_storage storage,
                const float* params);

  const RnnShape& shape() const override { return shape_; }
  int64_t Bytes() const override { return bytes_; }
  std::unique_ptr<RnnStream> OpenStream(std::shared_ptr<const RnnWeights> weights,
                                        int64_t batch) const override;

  const StreamKernels& kernels() const { return kernels_; }
  nrnn_weight_storage storage() const { return storage_; }
  int64_t padded() const { return padded_; }
  const StreamLayer* layers() const { return layers_.data(); }

 private:
  class Block;
  struct Matrix;
  void PackLayer(int64_t layer, const float* params, Block& block);
  PackedMatrix Pack(const Matrix& matrix, Block& block) const;
  const float* PackBias(const float* first, const float* second, int64_t gates, Block& block) const;

  const StreamKernels& kernels_;
  const RnnShape shape_;
  const nrnn_weight_storage storage_;
  const int64_t padded_;
  int64_t bytes_ = 0;
  std::shared_ptr<Storage> memory_;
  std::vector<StreamLayer> layers_;
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_RNN_WEIGHTS_H_
