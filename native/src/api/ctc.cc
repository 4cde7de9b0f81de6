// The C interface of connectionist temporal classification.
#include <limits>

#include "api/guard.h"

using nrnn::Arguments;
using nrnn::CheckedProduct;
using nrnn::Guard;
using nrnn::Require;
using nrnn::RequireRange;

namespace {

constexpr int64_t kMaxSize = std::numeric_limits<int32_t>::max();
// Longer targets than steps can't be aligned; this keeps 2 S + 1 far from overflow.
constexpr int64_t kMaxTargets = 1 << 24;

nrnn::CtcArgs CheckSizes(const nrnn_ctc_args* args) {
  Require(args != nullptr, "args is null");
  RequireRange("steps", args->steps, 1, kMaxSize);
  RequireRange("batch", args->batch, 1, kMaxSize);
  RequireRange("classes", args->classes, 1, kMaxSize);
  RequireRange("max_targets", args->max_targets, 0, kMaxTargets);
  RequireRange("batch_first", args->batch_first, 0, 1);
  RequireRange("blank", args->blank, 0, args->classes - 1);
  RequireRange("zero_infinity", args->zero_infinity, 0, 1);
  nrnn::CtcArgs checked{};
  checked.steps = args->steps;
  checked.batch = args->batch;
  checked.classes = args->classes;
  checked.max_targets = args->max_targets;
  checked.batch_first = args->batch_first != 0;
  checked.blank = args->blank;
  checked.zero_infinity = args->zero_infinity != 0;
  return checked;
}

int64_t LogitsLength(const nrnn::CtcArgs& args) {
  return CheckedProduct(CheckedProduct(args.steps, args.batch), args.classes);
}

int64_t ReserveLength(const nrnn::CtcArgs& args) {
  CheckedProduct(args.batch, CheckedProduct(args.steps, args.MaxStates() + 1) + 1);
  return nrnn::CtcReserveOffset(args, args.batch);
}

void TakeInputs(const nrnn_ctc_args& from, Arguments& buffers, nrnn::CtcArgs& args) {
  args.logits = buffers.In("logits", from.logits, LogitsLength(args));
  args.targets =
      buffers.InInt32("targets", from.targets, CheckedProduct(args.batch, args.max_targets));
  args.lengths = buffers.InInt32OrNull("lengths", from.lengths, args.batch);
  args.target_lengths = buffers.InInt32OrNull("target_lengths", from.target_lengths, args.batch);
}

}  // namespace

nrnn_status nrnn_ctc_reserve_length(const nrnn_ctc_args* args, int64_t* out_length) {
  return Guard("nrnn_ctc_reserve_length", [&] {
    const nrnn::CtcArgs sizes = CheckSizes(args);
    Require(out_length != nullptr, "out_length is null");
    *out_length = ReserveLength(sizes);
  });
}

nrnn_status nrnn_ctc_forward(nrnn_device* device, const nrnn_ctc_args* args, nrnn_buffer* losses,
                             nrnn_buffer* reserve) {
  return Guard("nrnn_ctc_forward", [&] {
    Arguments buffers(device);
    nrnn::CtcArgs ctc = CheckSizes(args);
    TakeInputs(*args, buffers, ctc);
    float* to = buffers.Out("losses", losses, ctc.batch);
    float* kept = buffers.OutOrNull("reserve", reserve, ReserveLength(ctc));
    buffers.backend().CtcForward(ctc, to, kept);
  });
}

nrnn_status nrnn_ctc_backward(nrnn_device* device, const nrnn_ctc_args* args,
                              const nrnn_buffer* reserve, const nrnn_buffer* dlosses,
                              nrnn_buffer* dlogits) {
  return Guard("nrnn_ctc_backward", [&] {
    Arguments buffers(device);
    nrnn::CtcArgs ctc = CheckSizes(args);
    TakeInputs(*args, buffers, ctc);
    const float* kept = buffers.In("reserve", reserve, ReserveLength(ctc));
    const float* from = buffers.In("dlosses", dlosses, ctc.batch);
    float* to = buffers.Out("dlogits", dlogits, LogitsLength(ctc));
    buffers.backend().CtcBackward(ctc, kept, from, to);
  });
}
