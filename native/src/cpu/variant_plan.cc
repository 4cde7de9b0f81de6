#include "cpu/variant_plan.h"

#include <algorithm>

#include "core/error.h"

namespace nrnn::cpu {

VariantPlan::VariantPlan(CpuBackend& backend, const RnnShape& shape)
    : backend_(backend), shape_(shape), layout_(static_cast<size_t>(shape.layers)) {
  layers_.reserve(static_cast<size_t>(shape.layers));
  for (int64_t layer = 0; layer < shape.layers; ++layer) {
    layers_.emplace_back(backend, shape, layer);
  }
}

int64_t VariantPlan::ReserveLength(int64_t steps, int64_t batch) const {
  int64_t end = 0;
  VariantLayout layout;
  for (int64_t layer = 0; layer < shape_.layers; ++layer) {
    end = LayOut(shape_, layer, steps * batch, batch, true, end, &layout);
  }
  return end;
}

void VariantPlan::LayOutReserve(int64_t steps, int64_t batch, float* reserve) {
  int64_t end = 0;
  for (int64_t layer = 0; layer < shape_.layers; ++layer) {
    VariantLayout& layout = layout_[static_cast<size_t>(layer)];
    end = LayOut(shape_, layer, steps * batch, batch, true, end, &layout);
    Bind(layout, reserve);
  }
}

template <class Float>
Sequence<Float> VariantPlan::CallerOrder(Float* data, int64_t steps, int64_t batch,
                                         int64_t columns) const {
  if (shape_.batch_first) return {data, columns, steps * columns};
  return {data, batch * columns, columns};
}

void VariantPlan::CheckLengths(const int32_t* lengths, int64_t steps, int64_t batch) const {
  for (int64_t b = 0; lengths && b < batch; ++b) {
    Require(lengths[b] >= 0 && lengths[b] <= steps, "lengths[", b, "] is ", lengths[b],
            ", must be 0..", steps);
  }
}

void VariantPlan::Pack(const Packed& wanted, bool backward) {
  Packed& packed = backward ? backward_packed_ : forward_packed_;
  if (packed == wanted) return;
  packed = Packed();  // if a layer fails, the others hold new weights
  for (VariantLayer& layer : layers_) layer.Pack(wanted.params, wanted.drop, wanted.seed, backward);
  packed = wanted;
}

// Zeros for states that are not given, and the rates of zoneout for expectations.
void VariantPlan::FillConstants(int64_t batch) {
  const int64_t hidden = shape_.hidden, output = shape_.Output();
  std::fill_n(workspace_.zeros.Grow(batch * hidden), batch * hidden, 0.0f);
  std::fill_n(workspace_.keep_h.Grow(output), output, shape_.options.zoneout_h);
  std::fill_n(workspace_.keep_c.Grow(hidden), hidden, shape_.options.zoneout_c);
}

void VariantPlan::DropOut(const float* x, int64_t length, int64_t layer, int64_t seed, float* y) {
  backend_.Dropout(length, x, shape_.dropout, seed, layer << 40, y);
}

template <class Args>
VariantCall VariantPlan::CallOfLayer(const Args& args, int64_t layer, bool training) {
  const int64_t states = layer * shape_.directions * args.batch;
  VariantCall call{};
  call.steps = args.steps;
  call.batch = args.batch;
  call.seed = args.seed;
  call.lengths = args.lengths;
  call.params = args.params;
  call.h0 = args.h0 ? args.h0 + states * shape_.Output() : nullptr;
  call.c0 = args.c0 ? args.c0 + states * shape_.hidden : nullptr;
  call.arrays = layout_[static_cast<size_t>(layer)];
  call.training = training;
  call.window = AheadSteps(args.batch);
  return call;
}

void VariantPlan::Forward(const RnnForwardArgs& args) {
  CheckLengths(args.lengths, args.steps, args.batch);
  const bool training = args.reserve != nullptr;
  const bool drop = training && shape_.options.weight_dropout > 0.0f;
  Pack({args.params, args.params_version, drop, drop ? args.seed : 0}, false);
  FillConstants(args.batch);
  if (training) LayOutReserve(args.steps, args.batch, args.reserve);
  const int64_t columns = shape_.directions * shape_.Output();
  const int64_t length = args.steps * args.batch * columns;
  auto x = CallerOrder(args.x, args.steps, args.batch, shape_.input);
  for (int64_t layer = 0; layer < shape_.layers; ++layer) {
    VariantLayout& layout = layout_[static_cast<size_t>(layer)];
    if (!training) {
      const int64_t places = AheadSteps(args.batch) * args.batch;
      const int64_t floats = LayOut(shape_, layer, places, args.batch, false, 0, &layout);
      Bind(layout, window_.Grow(floats));
    }
    VariantForwardCall call{};
    static_cast<VariantCall&>(call) = CallOfLayer(args, layer, training);
    call.x = x;
    const int64_t states = layer * shape_.directions * args.batch;
    call.hn = args.hn ? args.hn + states * shape_.Output() : nullptr;
    call.cn = args.cn ? args.cn + states * shape_.hidden : nullptr;
    const bool last = layer + 1 == shape_.layers;
    float* between = last       ? nullptr
                     : training ? layout.input.y.data
                                : between_[layer % 2].Grow(length);
    call.y = last ? CallerOrder(args.y, args.steps, args.batch, columns)
                  : Sequence<float>{between, args.batch * columns, columns};
    layers_[static_cast<size_t>(layer)].Forward(call, workspace_);
    if (last) continue;
    const float* next = between;
    if (training && shape_.dropout > 0.0f) {
      DropOut(next, length, layer, args.seed, layout.input.dropped.data);
      next = layout.input.dropped.data;
    }
    x = {next, args.batch * columns, columns};
  }
}

void VariantPlan::Backward(const RnnBackwardArgs& args) {
  CheckLengths(args.lengths, args.steps, args.batch);
  const bool drop = shape_.options.weight_dropout > 0.0f;
  Pack({args.params, args.params_version, drop, drop ? args.seed : 0}, true);
  FillConstants(args.batch);
  LayOutReserve(args.steps, args.batch, args.reserve);
  const int64_t columns = shape_.directions * shape_.Output();
  const int64_t length = args.steps * args.batch * columns;
  auto dy = CallerOrder(args.dy, args.steps, args.batch, columns);
  for (int64_t layer = shape_.layers - 1; layer >= 0; --layer) {
    VariantBackwardCall call{};
    static_cast<VariantCall&>(call) = CallOfLayer(args, layer, true);
    const bool last = layer + 1 == shape_.layers;
    call.y = last ? CallerOrder(args.y, args.steps, args.batch, columns)
                  : Sequence<const float>{call.arrays.input.y.data, args.batch * columns, columns};
    call.dy = dy;
    const int64_t hs = layer * shape_.directions * args.batch * shape_.Output();
    const int64_t cs = layer * shape_.directions * args.batch * shape_.hidden;
    call.dhn = args.dhn ? args.dhn + hs : nullptr;
    call.dcn = args.dcn ? args.dcn + cs : nullptr;
    call.dh0 = args.dh0 ? args.dh0 + hs : nullptr;
    call.dc0 = args.dc0 ? args.dc0 + cs : nullptr;
    call.dparams = args.dparams;
    if (layer == 0) {
      call.x = CallerOrder(args.x, args.steps, args.batch, shape_.input);
      call.dx = CallerOrder(args.dx, args.steps, args.batch, shape_.input);
    } else {
      const VariantLayout& below = layout_[static_cast<size_t>(layer - 1)];
      call.x = {below.input.dropped.data, args.batch * columns, columns};
      call.dx = {between_[layer % 2].Grow(length), args.batch * columns, columns};
    }
    layers_[static_cast<size_t>(layer)].Backward(call, workspace_);
    if (layer == 0) continue;
    if (shape_.dropout > 0.0f) DropOut(call.dx.data, length, layer - 1, args.seed, call.dx.data);
    dy = {call.dx.data, args.batch * columns, columns};
  }
}

}  // namespace nrnn::cpu
