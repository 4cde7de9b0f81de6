#include "cpu/rnn_plan.h"

#include "core/error.h"

namespace nrnn::cpu {
namespace {

// Parts of the reserve start on cache lines.
constexpr int64_t kReserveAlignment = 16;

}  // namespace

CpuRnnPlan::CpuRnnPlan(CpuBackend& backend, const RnnShape& shape)
    : backend_(backend),
      shape_(shape),
      wavefront_(backend, shape),
      between_(static_cast<size_t>(shape.layers)) {
  layers_.reserve(static_cast<size_t>(shape.layers));
  for (int64_t layer = 0; layer < shape.layers; ++layer)
    layers_.emplace_back(backend, shape, layer);
}

int64_t CpuRnnPlan::ReserveLength(int64_t steps, int64_t batch) const {
  return LayOutReserve(shape_, steps, batch, kReserveAlignment, nullptr);
}

void CpuRnnPlan::LayOut(int64_t steps, int64_t batch) {
  LayOutReserve(shape_, steps, batch, kReserveAlignment, &layout_);
}

template <class Float>
Sequence<Float> CpuRnnPlan::TimeMajor(Float* data, int64_t batch, int64_t columns) {
  return {data, batch * columns, columns};
}

template <class Float>
Sequence<Float> CpuRnnPlan::CallerOrder(Float* data, int64_t steps, int64_t batch,
                                        int64_t columns) const {
  if (shape_.batch_first) return {data, columns, steps * columns};
  return TimeMajor(data, batch, columns);
}

void CpuRnnPlan::CheckLengths(const int32_t* lengths, int64_t steps, int64_t batch) const {
  if (lengths == nullptr) return;
  for (int64_t b = 0; b < batch; ++b) {
    Require(lengths[b] >= 0 && lengths[b] <= steps, "lengths[", b, "] is ", lengths[b],
            ", must be 0..", steps);
  }
}

void CpuRnnPlan::PackForward(const float* params, uint64_t version) {
  if (forward_packed_.Is(params, version)) return;
  for (RnnLayer& layer : layers_) layer.GrowForwardWeights();
  const int64_t each = 2 * shape_.directions;
  backend_.pool().Run(shape_.layers * each, [&](int64_t task, int) {
    layers_[static_cast<size_t>(task / each)].PackForward(params, task % each / 2, task % 2);
  });
  forward_packed_ = {params, version};
}

void CpuRnnPlan::PackBackward(const float* params, uint64_t version) {
  if (backward_packed_.Is(params, version)) return;
  for (RnnLayer& layer : layers_) layer.GrowBackwardWeights();
  const int64_t each = 2 * shape_.directions;
  backend_.pool().Run(shape_.layers * each, [&](int64_t task, int) {
    layers_[static_cast<size_t>(task / each)].PackBackward(params, task % each / 2, task % 2 == 1);
  });
  backward_packed_ = {params, version};
}

void CpuRnnPlan::DropOut(const float* x, int64_t length, int64_t layer, int64_t seed, float* y) {
  backend_.Dropout(length, x, shape_.dropout, seed, FirstMaskCounter(layer), y);
}

template <class Args>
LayerCall CpuRnnPlan::CallOfLayer(const Args& args, const ReserveOffsets& offsets, float* reserve,
                                  int64_t layer) const {
  const int64_t states = layer * shape_.directions * args.batch * shape_.hidden;
  LayerCall call{};
  call.steps = args.steps;
  call.batch = args.batch;
  call.lengths = args.lengths;
  call.h0 = args.h0 ? args.h0 + states : nullptr;
  call.c0 = args.c0 ? args.c0 + states : nullptr;
  for (int64_t direction = 0; reserve && direction < shape_.directions; ++direction) {
    call.reserve.gates[direction] = reserve + offsets.gates[direction];
    if (offsets.aux[direction] >= 0) call.reserve.aux[direction] = reserve + offsets.aux[direction];
  }
  return call;
}

float* CpuRnnPlan::Between(int64_t layer, int64_t length, bool together) {
  return between_[static_cast<size_t>(together ? layer : layer % 2)].Grow(length);
}

void CpuRnnPlan::MakeForwardCalls(const RnnForwardArgs& args, bool together) {
  const int64_t columns = shape_.directions * shape_.hidden;
  const int64_t output = args.steps * args.batch * columns;
  const bool drops = args.reserve && shape_.dropout > 0.0f;
  forward_calls_.clear();
  auto x = CallerOrder(args.x, args.steps, args.batch, shape_.input);
  for (int64_t layer = 0; layer < shape_.layers; ++layer) {
    const ReserveOffsets& offsets = layout_[static_cast<size_t>(layer)];
    LayerForwardCall call{};
    static_cast<LayerCall&>(call) = CallOfLayer(args, offsets, args.reserve, layer);
    call.params = args.params;
    call.x = x;
    const int64_t states = layer * shape_.directions * args.batch * shape_.hidden;
    call.hn = args.hn ? args.hn + states : nullptr;
    call.cn = args.cn ? args.cn + states : nullptr;
    if (layer + 1 == shape_.layers) {
      call.y = CallerOrder(args.y, args.steps, args.batch, columns);
    } else {
      float* y = args.reserve ? args.reserve + offsets.y : Between(layer, output, together);
      call.y = TimeMajor(y, args.batch, columns);
      x = TimeMajor<const float>(drops ? args.reserve + offsets.dropped : y, args.batch, columns);
    }
    forward_calls_.push_back(call);
  }
}

void CpuRnnPlan::Forward(const RnnForwardArgs& args) {
  CheckLengths(args.lengths, args.steps, args.batch);
  PackForward(args.params, args.params_version);
  LayOut(args.steps, args.batch);
  const bool drops = args.reserve && shape_.dropout > 0.0f;
  const bool together = !drops && wavefront_.Pays(args.steps, args.batch);
  MakeForwardCalls(args, together);
  if (together) return wavefront_.Forward(layers_, forward_calls_);
  const int64_t output = args.steps * args.batch * shape_.directions * shape_.hidden;
  for (int64_t layer = 0; layer < shape_.layers; ++layer) {
    const LayerForwardCall& call = forward_calls_[static_cast<size_t>(layer)];
    layers_[static_cast<size_t>(layer)].Forward(call, workspace_);
    if (!drops || layer + 1 == shape_.layers) continue;
    float* dropped = args.reserve + layout_[static_cast<size_t>(layer)].dropped;
    DropOut(call.y.data, output, layer, args.seed, dropped);
  }
}

void CpuRnnPlan::MakeBackwardCalls(const RnnBackwardArgs& args, bool together) {
  const int64_t columns = shape_.directions * shape_.hidden;
  const int64_t output = args.steps * args.batch * columns;
  backward_calls_.resize(layers_.size());
  auto dy = CallerOrder(args.dy, args.steps, args.batch, columns);
  for (int64_t layer = shape_.layers - 1; layer >= 0; --layer) {
    const ReserveOffsets& offsets = layout_[static_cast<size_t>(layer)];
    LayerBackwardCall& call = backward_calls_[static_cast<size_t>(layer)];
    call = {};
    static_cast<LayerCall&>(call) = CallOfLayer(args, offsets, args.reserve, layer);
    const bool last = layer + 1 == shape_.layers;
    call.y = last ? CallerOrder(args.y, args.steps, args.batch, columns)
                  : TimeMajor<const float>(args.reserve + offsets.y, args.batch, columns);
    call.dy = dy;
    const int64_t states = layer * shape_.directions * args.batch * shape_.hidden;
    call.dhn = args.dhn ? args.dhn + states : nullptr;
    call.dcn = args.dcn ? args.dcn + states : nullptr;
    call.dh0 = args.dh0 ? args.dh0 + states : nullptr;
    call.dc0 = args.dc0 ? args.dc0 + states : nullptr;
    call.dparams = args.dparams;
    if (layer == 0) {
      call.x = CallerOrder(args.x, args.steps, args.batch, shape_.input);
      call.dx = CallerOrder(args.dx, args.steps, args.batch, shape_.input);
    } else {
      const ReserveOffsets& below = layout_[static_cast<size_t>(layer - 1)];
      call.x = TimeMajor<const float>(args.reserve + below.dropped, args.batch, columns);
      call.dx = TimeMajor(Between(layer, output, together), args.batch, columns);
      dy = TimeMajor<const float>(call.dx.data, args.batch, columns);
    }
  }
}

void CpuRnnPlan::Backward(const RnnBackwardArgs& args) {
  CheckLengths(args.lengths, args.steps, args.batch);
  PackBackward(args.params, args.params_version);
  LayOut(args.steps, args.batch);
  const bool drops = shape_.dropout > 0.0f;
  const bool together = !drops && wavefront_.Pays(args.steps, args.batch);
  MakeBackwardCalls(args, together);
  if (together) wavefront_.Backward(layers_, backward_calls_);
  const int64_t output = args.steps * args.batch * shape_.directions * shape_.hidden;
  for (int64_t layer = shape_.layers - 1; layer >= 0; --layer) {
    const LayerBackwardCall& call = backward_calls_[static_cast<size_t>(layer)];
    RnnLayer& part = layers_[static_cast<size_t>(layer)];
    if (!together) {
      part.Backward(call, workspace_);
    } else if (call.dparams) {
      part.ParameterGradients(call, workspace_);
    }
    if (drops && layer > 0) DropOut(call.dx.data, output, layer - 1, args.seed, call.dx.data);
  }
}

}  // namespace nrnn::cpu
