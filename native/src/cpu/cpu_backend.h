// The CPU's Backend: splits work by shape over the thread pool and calls the kernels of the chosen
// instruction set. Methods live by topic: cpu_backend.cc (memory, plans), dense_ops.cc (gemm,
// linear), elementwise_ops.cc, row_ops.cc (softmax, cross-entropy, embedding, gather, max),
// layer_norm_ops.cc, ctc_ops.cc, scan_ops.cc, optimizer_ops.cc, random_ops.cc, limit_ops.cc.
#ifndef NATIVERNN_CPU_CPU_BACKEND_H_
#define NATIVERNN_CPU_CPU_BACKEND_H_

#include <algorithm>
#include <memory>

#include "core/backend.h"
#include "cpu/kernels.h"
#include "cpu/thread_pool.h"

namespace nrnn::cpu {

// CPUs that this process may run on.
int64_t UsableCpus();

class CpuBackend final : public Backend {
 public:
  CpuBackend(int threads, const Kernels& kernels)
      : pool_(threads), kernels_(kernels), concurrency_(std::min<int64_t>(threads, UsableCpus())) {}

  ThreadPool& pool() { return pool_; }
  // Threads of the pool that can run at the same time: a team is no larger.
  int64_t concurrency() const { return concurrency_; }
  const Kernels& kernels() const { return kernels_; }

  nrnn_device_properties Describe() const override;
  void Synchronize() override {}
  nrnn_device_limits MeasureLimits(int64_t working_set) override;

  std::shared_ptr<Storage> Allocate(int64_t bytes) override;
  void Write(void* destination, const void* host, int64_t bytes) override;
  void Read(void* host, const void* source, int64_t bytes) override;
  void Copy(void* destination, const void* source, int64_t bytes) override;
  void Fill(float* y, int64_t length, float value) override;

  std::unique_ptr<RnnPlan> CreateRnn(const RnnShape& shape) override;

  void ScanForward(const ScanArgs& args, float* y, float* hn) override;
  void ScanBackward(const ScanArgs& args, const ScanGradients& gradients) override;

  void Gemm(const GemmArgs& args) override;
  void LinearForward(const LinearArgs& args) override;
  void LinearBackward(const LinearBackwardArgs& args) override;
  void EmbeddingForward(const EmbeddingArgs& args) override;
  void EmbeddingBackward(const EmbeddingBackwardArgs& args) override;

  void UnaryForward(nrnn_unary_op op, int64_t length, const float* x, float* y) override;
  void UnaryBackward(nrnn_unary_op op, int64_t length, const float* x, const float* y,
                     const float* dy, float* dx) override;
  void Affine(int64_t length, const float* x, float scale, float shift, float* y) override;
  void Binary(const BinaryArgs& args) override;
  void CopyStrided(const CopyArgs& args) override;
  void Where(int64_t length, const float* condition, const float* a, const float* b,
             float* y) override;
  void MaxForward(const Axis& axis, const float* x, float* y) override;
  void MaxBackward(const Axis& axis, const float* x, const float* y, const float* dy,
                   float* dx) override;
  void Gather(const Axis& axis, int64_t count, const float* x, const int32_t* indices,
              float* y) override;
  void ScatterAdd(const Axis& axis, int64_t count, const float* y, const int32_t* indices,
                  float* x) override;

  void SoftmaxForward(int64_t rows, int64_t columns, bool logarithm, const float* x,
                      float* y) override;
  void SoftmaxBackward(int64_t rows, int64_t columns, bool logarithm, const float* y,
                       const float* dy, float* dx) override;
  void CrossEntropyForward(const CrossEntropyArgs& args, float* losses) override;
  void CrossEntropyBackward(const CrossEntropyArgs& args, const float* dlosses,
                            float* dlogits) override;

  void LayerNormForward(const LayerNormArgs& args) override;
  void LayerNormBackward(const LayerNormBackwardArgs& args) override;

  void CtcForward(const CtcArgs& args, float* losses, float* reserve) override;
  void CtcBackward(const CtcArgs& args, const float* reserve, const float* dlosses,
                   float* dlogits) override;

  void Dropout(int64_t length, const float* x, float rate, int64_t seed, int64_t offset,
               float* y) override;
  void RandomUniform(int64_t length, float low, float high, int64_t seed, int64_t offset,
                     float* y) override;
  void RandomNormal(int64_t length, float mean, float deviation, int64_t seed, int64_t offset,
                    float* y) override;

  void AdamStep(const AdamArgs& args, StepParts parts) override;
  void SgdStep(const SgdArgs& args, StepParts parts) override;
  void RmspropStep(const RmspropArgs& args, StepParts parts) override;
  void AdagradStep(const AdagradArgs& args, StepParts parts) override;
  void LionStep(const LionArgs& args, StepParts parts) override;
  float ClipGlobalNorm(const GradientSpan* gradients, int64_t count, float max_norm) override;
  void ClipValues(const GradientSpan* gradients, int64_t count, float max_value) override;
  float Regularize(const PenaltyPart* parts, int64_t count) override;
  void MaxNorm(const Axis& axis, float max_norm, float* x) override;
  void MovingAverage(const AveragePart* parts, int64_t count, float decay) override;

 private:
  ThreadPool pool_;
  const Kernels& kernels_;
  const int64_t concurrency_;
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_CPU_BACKEND_H_
