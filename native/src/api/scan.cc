// The C interface of elementwise recurrences.
#include <limits>

#include "api/guard.h"

using nrnn::Arguments;
using nrnn::CheckedProduct;
using nrnn::Guard;
using nrnn::Require;
using nrnn::RequireRange;

namespace {

constexpr int64_t kMaxSize = std::numeric_limits<int32_t>::max();

// Args: of the forward or the backward call, whose first fields are the same.
template <class Args>
nrnn::ScanArgs CheckSizes(const Args* args) {
  Require(args != nullptr, "args is null");
  RequireRange("kind", args->kind, NRNN_SCAN_LINEAR, NRNN_SCAN_IND_RNN_RELU);
  RequireRange("directions", args->directions, 1, 2);
  RequireRange("batch_first", args->batch_first, 0, 1);
  RequireRange("steps", args->steps, 1, kMaxSize);
  RequireRange("batch", args->batch, 1, kMaxSize);
  RequireRange("hidden", args->hidden, 1, kMaxSize);
  nrnn::ScanArgs checked{};
  checked.kind = static_cast<nrnn_scan_kind>(args->kind);
  checked.directions = args->directions;
  checked.batch_first = args->batch_first != 0;
  checked.steps = args->steps;
  checked.batch = args->batch;
  checked.hidden = args->hidden;
  return checked;
}

int64_t StateLength(const nrnn::ScanArgs& args) {
  return CheckedProduct(args.directions * args.hidden, args.batch);
}

int64_t SequenceLength(const nrnn::ScanArgs& args) {
  return CheckedProduct(StateLength(args), args.steps);
}

int64_t GatesLength(const nrnn::ScanArgs& args) {
  return CheckedProduct(SequenceLength(args), args.Gates());
}

template <class Args>
void TakeInputs(const Args& from, Arguments& buffers, nrnn::ScanArgs& args) {
  args.gates = buffers.In("gates", from.gates, GatesLength(args));
  if (args.IsIndRnn()) {
    args.u = buffers.In("u", from.u, args.directions * args.hidden);
  } else {
    Require(from.u == nullptr, "u must be null, unless kind is IND_RNN_TANH or IND_RNN_RELU");
  }
  args.lengths = buffers.InInt32OrNull("lengths", from.lengths, args.batch);
  args.h0 = buffers.InOrNull("h0", from.h0, StateLength(args));
}

}  // namespace

nrnn_status nrnn_scan_forward(nrnn_device* device, const nrnn_scan_forward_args* args) {
  return Guard("nrnn_scan_forward", [&] {
    Arguments buffers(device);
    nrnn::ScanArgs scan = CheckSizes(args);
    TakeInputs(*args, buffers, scan);
    float* y = buffers.Out("y", args->y, SequenceLength(scan));
    float* hn = buffers.OutOrNull("hn", args->hn, StateLength(scan));
    buffers.backend().ScanForward(scan, y, hn);
  });
}

nrnn_status nrnn_scan_backward(nrnn_device* device, const nrnn_scan_backward_args* args) {
  return Guard("nrnn_scan_backward", [&] {
    Arguments buffers(device);
    nrnn::ScanArgs scan = CheckSizes(args);
    TakeInputs(*args, buffers, scan);
    nrnn::ScanGradients gradients{};
    gradients.y = buffers.In("y", args->y, SequenceLength(scan));
    gradients.dy = buffers.InOrNull("dy", args->dy, SequenceLength(scan));
    gradients.dhn = buffers.InOrNull("dhn", args->dhn, StateLength(scan));
    gradients.dgates = buffers.OutInPlace("dgates", args->dgates, GatesLength(scan));
    if (scan.IsIndRnn()) {
      gradients.du = buffers.OutOrNull("du", args->du, scan.directions * scan.hidden);
    } else {
      Require(args->du == nullptr, "du must be null, unless kind is IND_RNN_TANH or IND_RNN_RELU");
    }
    gradients.dh0 = buffers.OutOrNull("dh0", args->dh0, StateLength(scan));
    buffers.backend().ScanBackward(scan, gradients);
  });
}
