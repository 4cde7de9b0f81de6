#include "cpu/rnn_stream.h"

#include <algorithm>

#include "cpu/cpu_storage.h"

namespace nrnn::cpu {
namespace {

int64_t RoundUp(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

}  // namespace

CpuRnnStream::CpuRnnStream(std::shared_ptr<const CpuRnnWeights> weights, int64_t batch)
    : weights_(std::move(weights)), rows_(static_cast<size_t>(batch)), args_{} {
  const RnnShape& shape = weights_->shape();
  const bool lstm = shape.cell == Cell::kLstm;
  args_.cell = shape.cell;
  args_.storage = weights_->storage();
  args_.batch = batch;
  args_.layers = shape.layers;
  args_.input = shape.input;
  args_.hidden = shape.hidden;
  args_.padded = weights_->padded();
  args_.layer = weights_->layers();
  args_.rows = rows_.data();
  args_.quantized_row = RoundUp(std::max(shape.input, shape.hidden), weights_->kernels().lanes);

  const int64_t row = args_.padded, states = shape.layers * batch * row;
  const int64_t quantized =
      args_.storage == NRNN_WEIGHT_STORAGE_INT8 ? batch * args_.quantized_row : 0;
  // Parts of whole vectors, so that each is aligned for them.
  const int64_t floats = states + (lstm ? states : 0) + batch * row * (shape.Gates() + 1);
  memory_ = AllocateStorage(floats * 4 + quantized * 2);
  auto* next = static_cast<float*>(memory_->data());
  const auto take = [&](int64_t length) {
    float* part = next;
    next += length;
    return part;
  };
  args_.h = take(states);
  args_.c = lstm ? take(states) : nullptr;
  args_.gates = take(batch * row * shape.Gates());
  args_.hidden_part = take(batch * row);
  args_.quantized = quantized > 0 ? reinterpret_cast<int16_t*>(next) : nullptr;
}

void CpuRnnStream::Reset() {
  const int64_t states = StateRows() * args_.padded;
  std::fill_n(args_.h, states, 0.0f);
  if (args_.c) std::fill_n(args_.c, states, 0.0f);
}

void CpuRnnStream::Run(int64_t steps, const float* x, float* y) {
  args_.steps = steps;
  args_.x = x;
  args_.y = y;
  weights_->kernels().run(args_);
}

void CpuRnnStream::ReadState(float* h, float* c) const {
  for (int64_t row = 0; row < StateRows(); ++row) {
    std::copy_n(args_.h + row * args_.padded, args_.hidden, h + row * args_.hidden);
    if (c) std::copy_n(args_.c + row * args_.padded, args_.hidden, c + row * args_.hidden);
  }
}

void CpuRnnStream::WriteState(const float* h, const float* c) {
  for (int64_t row = 0; row < StateRows(); ++row) {
    std::copy_n(h + row * args_.hidden, args_.hidden, args_.h + row * args_.padded);
    if (c) std::copy_n(c + row * args_.hidden, args_.hidden, args_.c + row * args_.padded);
  }
}

}  // namespace nrnn::cpu
