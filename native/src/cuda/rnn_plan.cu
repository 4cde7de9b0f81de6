#include <utility>

#include "core/error.h"
#include "cuda/rnn_plan.h"

namespace nrnn::cuda {
namespace {

// Parts of the reserve start on 256 bytes.
constexpr int64_t kReserveAlignment = 64;

}  // namespace

CudaRnnPlan::CudaRnnPlan(CudaBackend& backend, const RnnShape& shape)
    : backend_(backend),
      shape_(shape),
      precision_(backend.precision()),
      gradient_precision_(GradientPrecision(backend)),
      limits_(LimitsOf(backend.traits(), shape.directions)) {}

int64_t CudaRnnPlan::ReserveLength(int64_t steps, int64_t batch) const {
  return LayOutReserve(shape_, steps, batch, kReserveAlignment, nullptr);
}

void CudaRnnPlan::LayOut(int64_t steps, int64_t batch) {
  LayOutReserve(shape_, steps, batch, kReserveAlignment, &layout_);
}

float* CudaRnnPlan::Hold(Shared& shared, int64_t floats) {
  shared.held.push_back(backend_.BorrowFloats(floats));
  return shared.held.back().floats();
}

void CudaRnnPlan::CheckLengths(const int32_t* lengths, Shared& shared) {
  shared.lengths = nullptr;
  if (lengths == nullptr) return;
  int32_t* checked = reinterpret_cast<int32_t*>(Hold(shared, shared.batch));
  cuda::CheckLengths(backend_, lengths, shared.steps, shared.batch, checked, backend_.stream());
  shared.lengths = checked;
}

const float* CudaRnnPlan::TimeMajorInput(const float* x, const int32_t* lengths, Shared& shared) {
  if (!shape_.batch_first && lengths == nullptr) return x;
  float* copy = Hold(shared, shared.steps * shared.batch * shape_.input);
  CopySequence(backend_,
               {shared.steps, shared.batch, shape_.input, lengths,
                CallerOrder(x, shared.steps, shared.batch, shape_.input),
                TimeMajor(copy, shared.batch, shape_.input)},
               backend_.stream());
  return copy;
}

void CudaRnnPlan::Drop(const float* x, int64_t length, int64_t layer, int64_t seed, float* y) {
  backend_.Dropout(length, x, shape_.dropout, seed, FirstMaskCounter(layer), y);
}

void CudaRnnPlan::FillCall(int64_t layer, int64_t direction, const Shared& shared,
                           const float* params, const float* h0, const float* c0, float* reserve,
                           RecurrentCall& call) const {
  const ReserveOffsets& offsets = layout_[static_cast<size_t>(layer)];
  const int64_t state = (layer * shape_.directions + direction) * shared.batch * shape_.hidden;
  call.cell = shape_.cell;
  call.steps = shared.steps;
  call.batch = shared.batch;
  call.hidden = shape_.hidden;
  call.reverse = direction == 1;
  call.lengths = shared.lengths;
  call.weight_hh = params + LocateLayer(shape_, layer, direction).weight_hh;
  call.h0 = h0 ? h0 + state : nullptr;
  call.c0 = c0 ? c0 + state : nullptr;
  call.precision = precision_;
  if (reserve == nullptr) return;
  call.gates = reserve + offsets.gates[direction];
  if (offsets.aux[direction] >= 0) call.aux = reserve + offsets.aux[direction];
}

void CudaRnnPlan::ProjectInput(int64_t layer, int64_t direction, const float* params,
                               const float* x, float* gates, Shared& shared, Stream& stream) {
  const LayerParams at = LocateLayer(shape_, layer, direction);
  const int64_t input = shape_.LayerInput(layer);
  ProductArgs product =
      DenseProduct(shared.steps * shared.batch, shape_.GateRows(), input, false, true, precision_);
  product.a = x;
  product.b = params + at.weight_ih;
  product.c = gates;
  if (shape_.bias) {
    float* bias = Hold(shared, shape_.GateRows());
    JoinBiases(backend_, shape_.cell, shape_.hidden, params + at.bias_ih, params + at.bias_hh, bias,
               stream);
    product.bias = bias;
  }
  Hold(shared, Product(backend_, product, stream));
}

void CudaRnnPlan::ForwardLayer(const RnnForwardArgs& args, int64_t layer, const float* x,
                               Sequence<float> y, Shared& shared) {
  RecurrentForwardCall calls[2] = {};
  for (int64_t direction = 0; direction < shape_.directions; ++direction) {
    RecurrentForwardCall& call = calls[direction];
    FillCall(layer, direction, shared, args.params, args.h0, args.c0, args.reserve, call);
    const LayerParams at = LocateLayer(shape_, layer, direction);
    const int64_t state = (layer * shape_.directions + direction) * shared.batch * shape_.hidden;
    call.tiling =
        ChooseForwardTiling(shape_.cell, shape_.hidden, shared.batch, precision_, limits_);
    call.keep = args.reserve != nullptr;
    if (!call.keep) call.gates = Hold(shared, shared.steps * shared.batch * shape_.GateRows());
    if (shape_.bias && shape_.cell == Cell::kGru) {
      call.bias_hn = args.params + at.bias_hh + 2 * shape_.hidden;
    }
    call.y = y.data + direction * shape_.hidden;
    call.y_step = y.step;
    call.y_row = y.row;
    call.hn = args.hn ? args.hn + state : nullptr;
    call.cn = args.cn ? args.cn + state : nullptr;
    Hold(shared, backend_.Borrow(RecurrentForwardScratchBytes(call)));
    call.scratch = shared.held.back().data();
    call.graphs = &graphs_;
  }
  ForDirections([&](int64_t direction, Stream& stream) {
    RecurrentForwardCall& call = calls[direction];
    call.stream = &stream;
    ProjectInput(layer, direction, args.params, x, call.gates, shared, stream);
    RecurrentForward(call);
  });
}

void CudaRnnPlan::Forward(const RnnForwardArgs& args) {
  LayOut(args.steps, args.batch);
  Shared shared{args.steps, args.batch, nullptr, {}};
  CheckLengths(args.lengths, shared);
  const int64_t columns = shape_.directions * shape_.hidden;
  const int64_t output = args.steps * args.batch * columns;
  const float* x = TimeMajorInput(args.x, nullptr, shared);
  Shared of_layer{args.steps, args.batch, shared.lengths, {}};
  Scratch below;  // without a reserve: what the layer below wrote
  for (int64_t layer = 0; layer < shape_.layers; ++layer) {
    const ReserveOffsets& offsets = layout_[static_cast<size_t>(layer)];
    if (layer + 1 == shape_.layers) {
      ForwardLayer(args, layer, x, CallerOrder(args.y, args.steps, args.batch, columns), of_layer);
      break;
    }
    Scratch between = args.reserve ? Scratch() : backend_.BorrowFloats(output);
    float* y = args.reserve ? args.reserve + offsets.y : between.floats();
    ForwardLayer(args, layer, x, TimeMajor(y, args.batch, columns), of_layer);
    of_layer.held.clear();  // all streams are joined: the next layer may use it
    x = y;
    if (args.reserve && shape_.dropout > 0.0f) {
      float* dropped = args.reserve + offsets.dropped;
      Drop(y, output, layer, args.seed, dropped);
      x = dropped;
    }
    below = std::move(between);
  }
}

std::unique_ptr<RnnPlan> CudaBackend::CreateRnn(const RnnShape& shape) {
  if (shape.options.any) {
    throw Error(
        NRNN_UNSUPPORTED,
        "cells with options (projection, peepholes, coupled gates, other functions, "
        "normalisation, clips, zoneout, dropout within the recurrence) run on the CPU only: "
        "open the CPU's device for this layer");
  }
  return std::make_unique<CudaRnnPlan>(*this, shape);
}

}  // namespace nrnn::cuda
