// Backend: all that a device can do. api validates and unwraps, then makes one call here. Methods
// throw Error.
#ifndef NATIVERNN_CORE_BACKEND_H_
#define NATIVERNN_CORE_BACKEND_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "core/layout.h"
#include "core/ops.h"

namespace nrnn {

// Device memory. version changes with every write, and is unique in the process, so that it names
// the contents.
class Storage {
 public:
  explicit Storage(void* data) : data_(data) { Touch(); }
  virtual ~Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  void* data() const { return data_; }
  uint64_t version() const { return version_.load(std::memory_order_relaxed); }
  void Touch() { version_.store(NextVersion(), std::memory_order_relaxed); }

 private:
  static uint64_t NextVersion() {
    static std::atomic<uint64_t> next{1};
    return next.fetch_add(1, std::memory_order_relaxed);
  }
  void* data_;
  std::atomic<uint64_t> version_{0};
};

// A prepared stack of recurrent layers.
class RnnPlan {
 public:
  virtual ~RnnPlan() = default;
  virtual int64_t ReserveLength(int64_t steps, int64_t batch) const = 0;
  virtual void Forward(const RnnForwardArgs& args) = 0;
  virtual void Backward(const RnnBackwardArgs& args) = 0;
};

// Inference step by step, in host memory: a batch of sequences and their state. States: [L,B,H].
class RnnStream {
 public:
  virtual ~RnnStream() = default;
  virtual int64_t batch() const = 0;
  virtual void Reset() = 0;
  // x: [T,B,I], y: [T,B,H]. Allocates nothing and takes no lock.
  virtual void Run(int64_t steps, const float* x, float* y) = 0;
  // c: null unless LSTM.
  virtual void ReadState(float* h, float* c) const = 0;
  virtual void WriteState(const float* h, const float* c) = 0;
};

// The weights of a stack of one direction, packed for streams. Never changes, so that streams on
// any threads may read it at once.
class RnnWeights {
 public:
  virtual ~RnnWeights() = default;
  virtual const RnnShape& shape() const = 0;
  virtual int64_t Bytes() const = 0;
  // weights: this object, which the stream keeps alive.
  virtual std::unique_ptr<RnnStream> OpenStream(std::shared_ptr<const RnnWeights> weights,
                                                int64_t batch) const = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual nrnn_device_properties Describe() const = 0;
  virtual void Synchronize() = 0;
  // working_set: bytes that each thread reads, at least 1 KiB.
  virtual nrnn_device_limits MeasureLimits(int64_t working_set) = 0;

  // Zeroed, 64-byte aligned. Throws std::bad_alloc.
  virtual std::shared_ptr<Storage> Allocate(int64_t bytes) = 0;
  virtual void Write(void* destination, const void* host, int64_t bytes) = 0;
  virtual void Read(void* host, const void* source, int64_t bytes) = 0;
  virtual void Copy(void* destination, const void* source, int64_t bytes) = 0;
  virtual void Fill(float* y, int64_t length, float value) = 0;

  virtual std::unique_ptr<RnnPlan> CreateRnn(const RnnShape& shape) = 0;

  // hn: or null.
  virtual void ScanForward(const ScanArgs& args, float* y, float* hn) = 0;
  virtual void ScanBackward(const ScanArgs& args, const ScanGradients& gradients) = 0;

  virtual void Gemm(const GemmArgs& args) = 0;
  virtual void LinearForward(const LinearArgs& args) = 0;
  virtual void LinearBackward(const LinearBackwardArgs& args) = 0;
  virtual void EmbeddingForward(const EmbeddingArgs& args) = 0;
  virtual void EmbeddingBackward(const EmbeddingBackwardArgs& args) = 0;

  virtual void UnaryForward(nrnn_unary_op op, int64_t length, const float* x, float* y) = 0;
  virtual void UnaryBackward(nrnn_unary_op op, int64_t length, const float* x, const float* y,
                             const float* dy, float* dx) = 0;
  virtual void Affine(int64_t length, const float* x, float scale, float shift, float* y) = 0;
  virtual void Binary(const BinaryArgs& args) = 0;
  virtual void CopyStrided(const CopyArgs& args) = 0;
  virtual void Where(int64_t length, const float* condition, const float* a, const float* b,
                     float* y) = 0;
  virtual void MaxForward(const Axis& axis, const float* x, float* y) = 0;
  virtual void MaxBackward(const Axis& axis, const float* x, const float* y, const float* dy,
                           float* dx) = 0;
  virtual void Gather(const Axis& axis, int64_t count, const float* x, const int32_t* indices,
                      float* y) = 0;
  virtual void ScatterAdd(const Axis& axis, int64_t count, const float* y, const int32_t* indices,
                          float* x) = 0;

  virtual void SoftmaxForward(int64_t rows, int64_t columns, bool logarithm, const float* x,
                              float* y) = 0;
  virtual void SoftmaxBackward(int64_t rows, int64_t columns, bool logarithm, const float* y,
                               const float* dy, float* dx) = 0;
  virtual void CrossEntropyForward(const CrossEntropyArgs& args, float* losses) = 0;
  virtual void CrossEntropyBackward(const CrossEntropyArgs& args, const float* dlosses,
                                    float* dlogits) = 0;

  virtual void LayerNormForward(const LayerNormArgs& args) = 0;
  virtual void LayerNormBackward(const LayerNormBackwardArgs& args) = 0;

  // reserve: or null.
  virtual void CtcForward(const CtcArgs& args, float* losses, float* reserve) = 0;
  virtual void CtcBackward(const CtcArgs& args, const float* reserve, const float* dlosses,
                           float* dlogits) = 0;

  virtual void Dropout(int64_t length, const float* x, float rate, int64_t seed, int64_t offset,
                       float* y) = 0;
  virtual void RandomUniform(int64_t length, float low, float high, int64_t seed, int64_t offset,
                             float* y) = 0;
  virtual void RandomNormal(int64_t length, float mean, float deviation, int64_t seed,
                            int64_t offset, float* y) = 0;

  virtual void AdamStep(const AdamArgs& args, StepParts parts) = 0;
  virtual void SgdStep(const SgdArgs& args, StepParts parts) = 0;
  virtual void RmspropStep(const RmspropArgs& args, StepParts parts) = 0;
  virtual void AdagradStep(const AdagradArgs& args, StepParts parts) = 0;
  virtual void LionStep(const LionArgs& args, StepParts parts) = 0;
  // Returns the norm before.
  virtual float ClipGlobalNorm(const GradientSpan* gradients, int64_t count, float max_norm) = 0;
  virtual void ClipValues(const GradientSpan* gradients, int64_t count, float max_value) = 0;
  // Returns the penalty.
  virtual float Regularize(const PenaltyPart* parts, int64_t count) = 0;
  virtual void MaxNorm(const Axis& axis, float max_norm, float* x) = 0;
  virtual void MovingAverage(const AveragePart* parts, int64_t count, float decay) = 0;
};

// The factory of the CPU backend. threads: 0 = one for each CPU of this process; target:
// nrnn_cpu_target.
std::shared_ptr<Backend> OpenCpuBackend(int32_t threads, int32_t target);

// The weights of a stack packed for streams, which run on the CPU whatever the device. params: in
// host memory; nothing of it is kept.
std::shared_ptr<const RnnWeights> PackWeights(int32_t target, const RnnShape& shape,
                                              nrnn_weight_storage storage, const float* params);

// GPUs that there are, and one of them opened, through the library nativernn_cuda. Throw
// UNSUPPORTED with the reason where that library, a driver or a GPU is missing.
int32_t CountCudaDevices();
std::shared_ptr<Backend> OpenCudaBackend(int32_t index, nrnn_precision precision);

}  // namespace nrnn

#endif  // NATIVERNN_CORE_BACKEND_H_
