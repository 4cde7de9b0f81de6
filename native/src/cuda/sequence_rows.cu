// Layout and contracts: sequence_rows.h. Every kernel reads and writes each number once,
// neighbouring threads neighbouring columns: bound by memory, and small beside the products of the
// same arrays.
#include "cuda/fault.cuh"
#include "cuda/sequence_rows.h"
#include "cuda/simt.cuh"

namespace nrnn::cuda {
namespace {

struct CheckLengthsArgs {
  const int32_t* lengths;
  int64_t steps, batch;
  int32_t* checked;
  Fault* fault;
};

NRNN_KERNEL CheckLengthsKernel(CheckLengthsArgs args) {
  for (int64_t b = GlobalThread(); b < args.batch; b += GlobalThreads()) {
    const int32_t length = args.lengths[b];
    const bool right = CheckValue(args.fault, Argument::kLengths, b, length, 0, args.steps);
    args.checked[b] = right ? length : -1;
  }
}

NRNN_DEVICE int64_t LengthOf(const int32_t* lengths, int64_t b, int64_t steps) {
  return lengths ? lengths[b] : steps;
}

NRNN_KERNEL CopySequenceKernel(CopySequenceArgs args) {
  const int64_t all = args.steps * args.batch * args.columns;
  for (int64_t k = GlobalThread(); k < all; k += GlobalThreads()) {
    const int64_t line = k / args.columns, j = k % args.columns;
    const int64_t t = line / args.batch, b = line % args.batch;
    const bool valid = t < LengthOf(args.lengths, b, args.steps);
    args.destination.data[t * args.destination.step + b * args.destination.row + j] =
        valid ? args.source.data[t * args.source.step + b * args.source.row + j] : 0.0f;
  }
}

NRNN_KERNEL PreviousHiddenKernel(PreviousHiddenArgs args) {
  const int64_t all = args.steps * args.batch * args.hidden;
  for (int64_t k = GlobalThread(); k < all; k += GlobalThreads()) {
    const int64_t line = k / args.hidden, j = k % args.hidden;
    const int64_t t = line / args.batch, b = line % args.batch;
    const int64_t length = LengthOf(args.lengths, b, args.steps);
    const int64_t before = !args.reverse ? t - 1 : t + 1 < length ? t + 1 : -1;
    float h = 0.0f;
    if (t < length && before >= 0) {
      h = args.y.data[before * args.y.step + b * args.y.row + j];
    } else if (t < length && args.h0) {
      h = args.h0[b * args.hidden + j];
    }
    args.previous[k] = h;
  }
}

struct JoinBiasesArgs {
  int64_t length, alone;  // from `alone` on bias_hh does not enter
  const float* bias_ih;
  const float* bias_hh;
  float* bias;
};

NRNN_KERNEL JoinBiasesKernel(JoinBiasesArgs args) {
  for (int64_t k = GlobalThread(); k < args.length; k += GlobalThreads()) {
    args.bias[k] = args.bias_ih[k] + (k < args.alone ? args.bias_hh[k] : 0.0f);
  }
}

}  // namespace

void CheckLengths(CudaBackend& backend, const int32_t* lengths, int64_t steps, int64_t batch,
                  int32_t* checked, Stream& stream) {
  const CheckLengthsArgs args{lengths, steps, batch, checked, backend.fault()};
  Launch("CheckLengthsKernel", &CheckLengthsKernel, backend.LoopShape(batch), args, stream);
}

void CopySequence(CudaBackend& backend, const CopySequenceArgs& args, Stream& stream) {
  Launch("CopySequenceKernel", &CopySequenceKernel,
         backend.LoopShape(args.steps * args.batch * args.columns), args, stream);
}

void CopyPreviousHidden(CudaBackend& backend, const PreviousHiddenArgs& args, Stream& stream) {
  Launch("PreviousHiddenKernel", &PreviousHiddenKernel,
         backend.LoopShape(args.steps * args.batch * args.hidden), args, stream);
}

void JoinBiases(CudaBackend& backend, Cell cell, int64_t hidden, const float* bias_ih,
                const float* bias_hh, float* bias, Stream& stream) {
  const int64_t length = GateCount(cell) * hidden;
  const JoinBiasesArgs args{length, cell == Cell::kGru ? 2 * hidden : length, bias_ih, bias_hh,
                            bias};
  Launch("JoinBiasesKernel", &JoinBiasesKernel, backend.LoopShape(length), args, stream);
}

}  // namespace nrnn::cuda
