// The Backend of a GPU as nativernn sees it: each call goes to the library nativernn_cuda through
// one function there, which catches what the call throws and gives it back as a status and a
// message.
#include "api/cuda_library.h"
#include "core/error.h"

namespace nrnn {
namespace {

// One GPU in the library.
class Caller {
 public:
  explicit Caller(int32_t index) : index_(index) {}
  // Runs body in the library; throws what it threw.
  template <class Body>
  void Call(Body&& body) const {
    CudaMessage message;
    const auto run = [](void* context) {
      (*static_cast<std::remove_reference_t<Body>*>(context))();
    };
    ThrowIfFailed(LoadCudaLibrary().call(index_, run, &body, &message), message);
  }
  template <class Result, class Body>
  Result CallFor(Body&& body) const {
    Result result{};
    Call([&] { result = body(); });
    return result;
  }

 private:
  int32_t index_;
};

class CudaPlan final : public RnnPlan, Caller {
 public:
  CudaPlan(const Caller& caller, std::unique_ptr<RnnPlan> inner)
      : Caller(caller), inner_(std::move(inner)) {}
  int64_t ReserveLength(int64_t steps, int64_t batch) const override {
    return CallFor<int64_t>([&] { return inner_->ReserveLength(steps, batch); });
  }
  void Forward(const RnnForwardArgs& args) override {
    Call([&] { inner_->Forward(args); });
  }
  void Backward(const RnnBackwardArgs& args) override {
    Call([&] { inner_->Backward(args); });
  }

 private:
  std::unique_ptr<RnnPlan> inner_;
};

class CudaProxy final : public Backend, Caller {
 public:
  CudaProxy(int32_t index, std::shared_ptr<Backend> inner)
      : Caller(index), inner_(std::move(inner)) {}

  std::shared_ptr<Storage> Allocate(int64_t bytes) override {
    auto storage = CallFor<std::shared_ptr<Storage>>([&] { return inner_->Allocate(bytes); });
    storage->Touch();  // each library counts versions by itself; this one's count
    return storage;
  }
  std::unique_ptr<RnnPlan> CreateRnn(const RnnShape& shape) override {
    const Caller& caller = *this;
    return std::make_unique<CudaPlan>(
        caller, CallFor<std::unique_ptr<RnnPlan>>([&] { return inner_->CreateRnn(shape); }));
  }
  nrnn_device_properties Describe() const override {
    return CallFor<nrnn_device_properties>([&] { return inner_->Describe(); });
  }
  void Synchronize() override {
    Call([&] { inner_->Synchronize(); });
  }
  nrnn_device_limits MeasureLimits(int64_t working_set) override {
    return CallFor<nrnn_device_limits>([&] { return inner_->MeasureLimits(working_set); });
  }
  void Write(void* destination, const void* host, int64_t bytes) override {
    Call([&] { inner_->Write(destination, host, bytes); });
  }
  void Read(void* host, const void* source, int64_t bytes) override {
    Call([&] { inner_->Read(host, source, bytes); });
  }
  void Copy(void* destination, const void* source, int64_t bytes) override {
    Call([&] { inner_->Copy(destination, source, bytes); });
  }
  void Fill(float* y, int64_t length, float value) override {
    Call([&] { inner_->Fill(y, length, value); });
  }
  void ScanForward(const ScanArgs& args, float* y, float* hn) override {
    Call([&] { inner_->ScanForward(args, y, hn); });
  }
  void ScanBackward(const ScanArgs& args, const ScanGradients& gradients) override {
    Call([&] { inner_->ScanBackward(args, gradients); });
  }
  void Gemm(const GemmArgs& args) override {
    Call([&] { inner_->Gemm(args); });
  }
  void LinearForward(const LinearArgs& args) override {
    Call([&] { inner_->LinearForward(args); });
  }
  void LinearBackward(const LinearBackwardArgs& args) override {
    Call([&] { inner_->LinearBackward(args); });
  }
  void EmbeddingForward(const EmbeddingArgs& args) override {
    Call([&] { inner_->EmbeddingForward(args); });
  }
  void EmbeddingBackward(const EmbeddingBackwardArgs& args) override {
    Call([&] { inner_->EmbeddingBackward(args); });
  }
  void UnaryForward(nrnn_unary_op op, int64_t length, const float* x, float* y) override {
    Call([&] { inner_->UnaryForward(op, length, x, y); });
  }
  void UnaryBackward(nrnn_unary_op op, int64_t length, const float* x, const float* y,
                     const float* dy, float* dx) override {
    Call([&] { inner_->UnaryBackward(op, length, x, y, dy, dx); });
  }
  void Affine(int64_t length, const float* x, float scale, float shift, float* y) override {
    Call([&] { inner_->Affine(length, x, scale, shift, y); });
  }
  void Binary(const BinaryArgs& args) override {
    Call([&] { inner_->Binary(args); });
  }
  void CopyStrided(const CopyArgs& args) override {
    Call([&] { inner_->CopyStrided(args); });
  }
  void Where(int64_t length, const float* condition, const float* a, const float* b,
             float* y) override {
    Call([&] { inner_->Where(length, condition, a, b, y); });
  }
  void MaxForward(const Axis& axis, const float* x, float* y) override {
    Call([&] { inner_->MaxForward(axis, x, y); });
  }
  void MaxBackward(const Axis& axis, const float* x, const float* y, const float* dy,
                   float* dx) override {
    Call([&] { inner_->MaxBackward(axis, x, y, dy, dx); });
  }
  void Gather(const Axis& axis, int64_t count, const float* x, const int32_t* indices,
              float* y) override {
    Call([&] { inner_->Gather(axis, count, x, indices, y); });
  }
  void ScatterAdd(const Axis& axis, int64_t count, const float* y, const int32_t* indices,
                  float* x) override {
    Call([&] { inner_->ScatterAdd(axis, count, y, indices, x); });
  }
  void SoftmaxForward(int64_t rows, int64_t columns, bool logarithm, const float* x,
                      float* y) override {
    Call([&] { inner_->SoftmaxForward(rows, columns, logarithm, x, y); });
  }
  void SoftmaxBackward(int64_t rows, int64_t columns, bool logarithm, const float* y,
                       const float* dy, float* dx) override {
    Call([&] { inner_->SoftmaxBackward(rows, columns, logarithm, y, dy, dx); });
  }
  void CrossEntropyForward(const CrossEntropyArgs& args, float* losses) override {
    Call([&] { inner_->CrossEntropyForward(args, losses); });
  }
  void CrossEntropyBackward(const CrossEntropyArgs& args, const float* dlosses,
                            float* dlogits) override {
    Call([&] { inner_->CrossEntropyBackward(args, dlosses, dlogits); });
  }
  void LayerNormForward(const LayerNormArgs& args) override {
    Call([&] { inner_->LayerNormForward(args); });
  }
  void LayerNormBackward(const LayerNormBackwardArgs& args) override {
    Call([&] { inner_->LayerNormBackward(args); });
  }
  void CtcForward(const CtcArgs& args, float* losses, float* reserve) override {
    Call([&] { inner_->CtcForward(args, losses, reserve); });
  }
  void CtcBackward(const CtcArgs& args, const float* reserve, const float* dlosses,
                   float* dlogits) override {
    Call([&] { inner_->CtcBackward(args, reserve, dlosses, dlogits); });
  }
  void Dropout(int64_t length, const float* x, float rate, int64_t seed, int64_t offset,
               float* y) override {
    Call([&] { inner_->Dropout(length, x, rate, seed, offset, y); });
  }
  void RandomUniform(int64_t length, float low, float high, int64_t seed, int64_t offset,
                     float* y) override {
    Call([&] { inner_->RandomUniform(length, low, high, seed, offset, y); });
  }
  void RandomNormal(int64_t length, float mean, float deviation, int64_t seed, int64_t offset,
                    float* y) override {
    Call([&] { inner_->RandomNormal(length, mean, deviation, seed, offset, y); });
  }
  void AdamStep(const AdamArgs& args, StepParts parts) override {
    Call([&] { inner_->AdamStep(args, parts); });
  }
  void SgdStep(const SgdArgs& args, StepParts parts) override {
    Call([&] { inner_->SgdStep(args, parts); });
  }
  void RmspropStep(const RmspropArgs& args, StepParts parts) override {
    Call([&] { inner_->RmspropStep(args, parts); });
  }
  void AdagradStep(const AdagradArgs& args, StepParts parts) override {
    Call([&] { inner_->AdagradStep(args, parts); });
  }
  void LionStep(const LionArgs& args, StepParts parts) override {
    Call([&] { inner_->LionStep(args, parts); });
  }
  float ClipGlobalNorm(const GradientSpan* gradients, int64_t count, float max_norm) override {
    return CallFor<float>([&] { return inner_->ClipGlobalNorm(gradients, count, max_norm); });
  }
  void ClipValues(const GradientSpan* gradients, int64_t count, float max_value) override {
    Call([&] { inner_->ClipValues(gradients, count, max_value); });
  }
  float Regularize(const PenaltyPart* parts, int64_t count) override {
    return CallFor<float>([&] { return inner_->Regularize(parts, count); });
  }
  void MaxNorm(const Axis& axis, float max_norm, float* x) override {
    Call([&] { inner_->MaxNorm(axis, max_norm, x); });
  }
  void MovingAverage(const AveragePart* parts, int64_t count, float decay) override {
    Call([&] { inner_->MovingAverage(parts, count, decay); });
  }

 private:
  std::shared_ptr<Backend> inner_;
};

}  // namespace

int32_t CountCudaDevices() {
  int32_t count = 0;
  CudaMessage message;
  ThrowIfFailed(LoadCudaLibrary().count(&count, &message), message);
  return count;
}

std::shared_ptr<Backend> OpenCudaBackend(int32_t index, nrnn_precision precision) {
  std::shared_ptr<Backend> opened;
  CudaMessage message;
  ThrowIfFailed(LoadCudaLibrary().open(index, precision, &opened, &message), message);
  return std::make_shared<CudaProxy>(index, std::move(opened));
}

}  // namespace nrnn
