// Elementwise recurrences: one thread runs one unit of one row in one direction, and the threads of
// a warp have neighbouring units, so that memory is read and written in whole lines.
//
// Bound by memory where there are threads enough, else by the steps of a thread. Of minGRU and
// minLSTM the state at the end of a chunk of kChunk steps is always
//
//   factor h + local,   factor: the product of the chunk's a,  local: its result from h = 0
//
// also where one thread runs all chunks: there the two come along with the state. So the chunks may
// run at the same time, each in a thread of its own, behind a launch that computes factor and local
// of all: the gates are read twice, but the bits are the same. Rows are cut by their own steps, so
// that padding changes nothing either. LINEAR, whose products can overflow, and IndRNN, which isn't
// linear, run in one piece.
#include "cuda/cuda_backend.h"
#include "cuda/scan_passes.cuh"

namespace nrnn::cuda {
namespace {

constexpr int64_t kChunk = 128;
// Of a block: few, so that few units are spread over all multiprocessors.
constexpr int kThreads = 64;
// Units for each multiprocessor, and steps, from which on chunks run one after the other: some two
// warps for each of its four schedulers.
constexpr int64_t kUnitsEnough = 256;
constexpr int64_t kChunksEnough = 4;

NRNN_DEVICE int64_t UnitsOf(const ScanArgs& args) {
  return args.directions * args.batch * args.hidden;
}

NRNN_DEVICE int64_t ChunksOf(int64_t steps, int64_t chunk) {
  return steps <= chunk ? 1 : (steps + chunk - 1) / chunk;
}

// Runs chunk c of a row.
template <bool kState, bool kSummary, class Pass>
NRNN_DEVICE void RunChunk(const ScanCall& call, Pass& pass, int64_t c, float* state,
                          ScanSummary* summary) {
  const int64_t begin = c * call.chunk, steps = pass.steps();
  const int64_t end = begin + call.chunk < steps ? begin + call.chunk : steps;
  pass.template Run<kState, kSummary>(begin, end, state, summary);
}

// All chunks, one after the other.
template <class Pass>
NRNN_KERNEL ScanKernel(ScanCall call) {
  const int64_t index = GlobalThread();
  if (index >= UnitsOf(call.args)) return;
  Pass pass(call, index);
  if (pass.steps() < 0) {
    pass.Spoil();
    return;
  }
  float state = pass.Start();
  const int64_t chunks = ChunksOf(pass.steps(), call.chunk);
  if constexpr (Pass::kBounded) {
    for (int64_t k = 0; k + 1 < chunks; ++k) {
      const float before = state;
      ScanSummary summary = {1.0f, 0.0f};
      RunChunk<true, true>(call, pass, pass.Chunk(k, chunks), &state, &summary);
      state = fmaf(summary.factor, before, summary.local);
    }
  }
  RunChunk<true, false>(call, pass, pass.Chunk(chunks - 1, chunks), &state, nullptr);
  pass.Finish(state);
}

// The summaries of all chunks but those that are run last.
template <class Pass>
NRNN_KERNEL ScanSummaryKernel(ScanCall call) {
  const int64_t units = UnitsOf(call.args), k = GlobalThread() / units;
  if (k >= call.chunks) return;
  Pass pass(call, GlobalThread() % units);
  const int64_t chunks = ChunksOf(pass.steps(), call.chunk);
  if (k + 1 >= chunks) return;
  ScanSummary summary = {1.0f, 0.0f};
  RunChunk<false, true>(call, pass, pass.Chunk(k, chunks), nullptr, &summary);
  call.summaries[k * units + pass.state()] = summary;
}

// One chunk, from the summaries of those that are run before it.
template <class Pass>
NRNN_KERNEL ScanChunkKernel(ScanCall call) {
  const int64_t units = UnitsOf(call.args), k = GlobalThread() / units;
  if (k >= call.chunks) return;
  Pass pass(call, GlobalThread() % units);
  const int64_t chunks = ChunksOf(pass.steps(), call.chunk);
  if (k >= chunks) return;
  if (pass.steps() < 0) {
    pass.Spoil();
    return;
  }
  float state = pass.Start();
  for (int64_t before = 0; before < k; ++before) {
    const ScanSummary summary = call.summaries[before * units + pass.state()];
    state = fmaf(summary.factor, state, summary.local);
  }
  RunChunk<true, false>(call, pass, pass.Chunk(k, chunks), &state, nullptr);
  if (k + 1 == chunks) pass.Finish(state);
}

struct AddRowsArgs {
  int64_t directions, batch, hidden;
  const float* rows;  // [D,B,H]
  float* sums;        // [D,H]
};

// A thread adds up one unit over the rows of the batch, in order.
NRNN_KERNEL AddRowsKernel(AddRowsArgs args) {
  const int64_t unit = GlobalThread();
  if (unit >= args.directions * args.hidden) return;
  const int64_t direction = unit / args.hidden;
  const float* rows = args.rows + direction * args.batch * args.hidden + unit % args.hidden;
  float sum = 0;
  for (int64_t row = 0; row < args.batch; ++row) sum += rows[row * args.hidden];
  args.sums[unit] += sum;
}

LaunchShape ShapeFor(int64_t threads) { return {(threads + kThreads - 1) / kThreads, kThreads}; }

template <class Pass>
void RunPass(CudaBackend& backend, ScanCall call) {
  const int64_t units = call.args.directions * call.args.batch * call.args.hidden;
  if constexpr (Pass::kBounded) {
    call.chunk = kChunk;
    call.chunks = (call.args.steps + kChunk - 1) / kChunk;
    if (call.chunks >= kChunksEnough && units < kUnitsEnough * backend.traits().multiprocessors) {
      const int64_t bytes = call.chunks * units * static_cast<int64_t>(sizeof(ScanSummary));
      const Scratch summaries = backend.Borrow(bytes);
      call.summaries = summaries.as<ScanSummary>();
      const LaunchShape shape = ShapeFor(call.chunks * units);
      Launch("ScanSummaryKernel", &ScanSummaryKernel<Pass>, shape, call, backend.stream());
      Launch("ScanChunkKernel", &ScanChunkKernel<Pass>, shape, call, backend.stream());
      return;
    }
  } else {
    call.chunk = call.args.steps;
    call.chunks = 1;
  }
  Launch("ScanKernel", &ScanKernel<Pass>, ShapeFor(units), call, backend.stream());
}

template <template <class> class Pass>
void RunKind(CudaBackend& backend, const ScanCall& call) {
  switch (call.args.kind) {
    case NRNN_SCAN_LINEAR:
      return RunPass<Pass<LinearCell>>(backend, call);
    case NRNN_SCAN_MIN_GRU:
      return RunPass<Pass<MinGruCell>>(backend, call);
    case NRNN_SCAN_MIN_LSTM:
      return RunPass<Pass<MinLstmCell>>(backend, call);
    case NRNN_SCAN_IND_RNN_TANH:
      return RunPass<Pass<IndRnnCell<true>>>(backend, call);
    case NRNN_SCAN_IND_RNN_RELU:
      return RunPass<Pass<IndRnnCell<false>>>(backend, call);
  }
}

}  // namespace

void CudaBackend::ScanForward(const ScanArgs& args, float* y, float* hn) {
  ScanCall call{};
  call.args = args;
  call.fault = fault();
  call.y = y;
  call.hn = hn;
  RunKind<ScanForwardPass>(*this, call);
}

void CudaBackend::ScanBackward(const ScanArgs& args, const ScanGradients& gradients) {
  ScanCall call{};
  call.args = args;
  call.fault = fault();
  call.gradients = gradients;
  // Of IndRNN's u each row has a sum of its own; they are added up in the order of the rows.
  Scratch du;
  if (gradients.du) du = BorrowFloats(args.directions * args.batch * args.hidden);
  call.du = du.floats();
  RunKind<ScanBackwardPass>(*this, call);
  if (!gradients.du) return;
  const AddRowsArgs add = {args.directions, args.batch, args.hidden, du.floats(), gradients.du};
  Launch("AddRowsKernel", &AddRowsKernel, ShapeFor(args.directions * args.hidden), add, stream());
}

}  // namespace nrnn::cuda
