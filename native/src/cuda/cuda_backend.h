// The Backend of one GPU. Work is queued on one main stream, so that memory may be used again in
// the order of the calls; work beside it (a second direction, weight gradients) is forked from the
// main stream and joined to it before a call returns.
#ifndef NATIVERNN_CUDA_CUDA_BACKEND_H_
#define NATIVERNN_CUDA_CUDA_BACKEND_H_

#include <memory>

#include "core/backend.h"
#include "cuda/runtime.h"

namespace nrnn::cuda {

class Allocator;  // memory.h
class Blas;       // blas.h
class Staging;    // memory.h
struct Fault;     // fault.cuh

// Device memory for a call's intermediate results; given back in the order of the stream.
class Scratch {
 public:
  Scratch() = default;
  Scratch(Allocator& allocator, int64_t bytes);
  ~Scratch();
  Scratch(Scratch&& other) noexcept;
  Scratch& operator=(Scratch&& other) noexcept;
  float* floats() const { return static_cast<float*>(data_); }
  void* data() const { return data_; }
  template <class Value>
  Value* as() const {
    return static_cast<Value*>(data_);
  }

 private:
  Allocator* allocator_ = nullptr;
  void* data_ = nullptr;
};

class CudaBackend final : public Backend {
 public:
  CudaBackend(int index, nrnn_precision precision);
  ~CudaBackend() override;

  // For the kernels' launchers.
  Stream& stream() { return *stream_; }
  const GpuTraits& traits() const { return traits_; }
  nrnn_precision precision() const { return precision_; }
  Fault* fault() const { return fault_; }
  Blas& blas() { return *blas_; }
  // Uninitialised. float32: NaN in builds with assertions.
  Scratch Borrow(int64_t bytes);
  Scratch BorrowFloats(int64_t count) { return Borrow(count * int64_t{sizeof(float)}); }
  // Blocks of threads for a loop over length elements, each thread taking every so many.
  LaunchShape LoopShape(int64_t length) const;
  // Throws what kernels found wrong, once, and clears it. After a wait.
  void ThrowFault();

  nrnn_device_properties Describe() const override;
  void Synchronize() override;
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
  const int index_;
  const nrnn_precision precision_;
  GpuTraits traits_;
  std::shared_ptr<Allocator> allocator_;  // shared with the storages, which may outlive the backend
  std::shared_ptr<Stream> stream_;
  std::unique_ptr<Staging> staging_;
  std::unique_ptr<Blas> blas_;
  Fault* fault_ = nullptr;
};

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_CUDA_BACKEND_H_
