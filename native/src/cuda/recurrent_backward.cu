// The backward recurrence of a layer and direction as one persistent kernel for all steps; the
// equations are in recurrent_backward.cuh.
//
// Layout: recurrent.h. Plan: every block owns some hidden units for some rows of the batch. Their
// columns of W_hh, over all gates of all units, are read once, rounded, and stay in registers and
// shared memory; the units' dh and dc stay in shared memory. In a step, from the last to the first,
// a block multiplies the gradients of all units' gates in the step after with its columns, chunk by
// chunk while the next chunk comes; computes its units' gates; writes them to the reserve, and
// rounded to the array that all blocks exchange through L2. While it waits for the others it asks
// for what the next step needs of the forward pass.
//
// What bounds a step: two waits for L2 (the barrier, the first chunk), and then reading G B H
// numbers a block, G times what a forward step reads: blocks for several groups of rows, with more
// units each, read less. See recurrent_tiling.cc.
#include "cuda/recurrent_backward.cuh"
#include "cuda/step_backward.h"

namespace nrnn::cuda {
namespace {

constexpr int64_t kAlignment = 256;

int64_t Aligned(int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

template <class Precision, int kColumnTiles>
NRNN_BOUNDED_KERNEL(kRecurrentThreads, 1)
BackwardPersistentKernel(BackwardKernelArgs args) {
  constexpr int kRegisterTiles = std::is_same_v<Precision, Float32> ? 0 : kKeptTiles / kColumnTiles;
  unsigned char* shared = SharedMemory<unsigned char>();
  const RecurrentTiling& tiling = args.main.tiling;
  float* dh = reinterpret_cast<float*>(shared + tiling.state_at);
  BackwardBlock<Precision> block(args, dh, dh + tiling.rows * tiling.units, false);
  StepProduct<Precision, kColumnTiles, kKeptRowTiles, kRegisterTiles, false> product(tiling, shared,
                                                                                     nullptr);
  StepProduct<Precision, kColumnTiles, kKeptRowTiles, 0, false> reset(args.reset.tiling, shared,
                                                                      nullptr);
  if (block.kScales) block.SetScale(LoadScale(args.maxima, dh));
  product.template KeepWeights<true>([&](int column, int k) {
    return BackwardWeight(args.call, args.main, block.first_unit() + column, k);
  });
  const bool resets = args.call.cell == Cell::kGruResetBefore;
  if (resets) {
    reset.template KeepWeights<true>([&](int column, int k) {
      return BackwardWeight(args.call, args.reset, block.first_unit() + column, k);
    });
  }
  block.LoadState();
  // Of the last step there is none after it: its product is of zeros, so that there is one place
  // that multiplies. -1: dh0.
  const int64_t end = args.call.dh0 || args.call.dc0 ? -1 : 0;
  uint32_t round = 0;
  for (int64_t s = args.call.steps - 1; s >= end; --s) {
    if (s + 1 < args.call.steps) AwaitGrid(args.arrived, ++round);
    product.Multiply(block.Exchanged(s + 1), block.rows(), [&](int first, int count) {
      block.Finish(s, first, count, [&](int row, int unit) { return product.Sum(row, unit); });
    });
    if (resets && s >= 0) {
      SyncGrid(args.arrived, ++round);
      reset.Multiply(block.ExchangedReset(), block.rows(), [&](int first, int count) {
        block.FinishReset(s, first, count, [&](int row, int unit) { return reset.Sum(row, unit); });
      });
    }
    if (s > end) ArriveGrid(args.arrived);
    if (s > 0) block.Prefetch(s - 1);
  }
}

// Where the parts of a call's scratch begin, in bytes.
struct BackwardScratch {
  explicit BackwardScratch(const RecurrentBackwardCall& call) {
    const RecurrentTiling &main = call.tiling, reset = ResetTiling(call);
    const int64_t bytes = ElementBytes(call.precision);
    const int64_t width = main.Width(call.precision) * bytes;
    const int64_t reset_width = reset.Width(call.precision) * bytes;
    const int64_t lines = call.tiling.unit_blocks * call.tiling.Columns();
    const int64_t state = Aligned(call.batch * call.hidden * int64_t{sizeof(float)});
    arrived = 0;
    even = kAlignment;
    odd = even + Aligned(call.batch * width);
    n = odd + Aligned(call.batch * width);
    zeroed = n + Aligned(call.batch * reset_width);
    maxima = zeroed;
    dh = maxima + kMaxima * int64_t{sizeof(float)};
    dc = dh + (main.persistent ? 0 : state);
    packed = dc + (main.persistent ? 0 : state);
    reset_packed = packed + (main.persistent ? 0 : Aligned(lines * width));
    end = reset_packed + (main.persistent ? 0 : Aligned(lines * reset_width));
  }
  // Of the product with W_hn, reset before: shorter, and all of it in shared memory.
  static RecurrentTiling ResetTiling(const RecurrentBackwardCall& call) {
    RecurrentTiling tiling = call.tiling;
    tiling.depth_tiles = tiling.second_depth_tiles;
    tiling.register_tiles = 0;
    tiling.weights_at = tiling.second_weights_at;
    return tiling;
  }
  int64_t arrived, even, odd, n, zeroed, maxima, dh, dc, packed, reset_packed, end;
};

BackwardPart PartOf(int first_gate, int gates, const RecurrentBackwardCall& call,
                    const RecurrentTiling& tiling) {
  const uint64_t one = uint64_t{1} << 32, count = static_cast<uint64_t>(gates);
  return {first_gate, gates, gates * static_cast<int>(call.hidden), (one + count - 1) / count,
          tiling};
}

BackwardKernelArgs KernelArgs(const RecurrentBackwardCall& call, const BackwardScratch& at) {
  BackwardKernelArgs args{};
  args.call = call;
  args.gates = static_cast<int>(GateCount(call.cell));
  args.main = PartOf(0, call.cell == Cell::kGruResetBefore ? 2 : args.gates, call, call.tiling);
  args.reset = PartOf(2, 1, call, BackwardScratch::ResetTiling(call));
  unsigned char* scratch = static_cast<unsigned char*>(call.scratch);
  args.exchange[0] = scratch + at.even;
  args.exchange[1] = scratch + at.odd;
  args.reset_exchange = scratch + at.n;
  args.arrived = reinterpret_cast<uint32_t*>(scratch + at.arrived);
  args.maxima = reinterpret_cast<float*>(scratch + at.maxima);
  args.packed = scratch + at.packed;
  args.reset_packed = scratch + at.reset_packed;
  args.dh = reinterpret_cast<float*>(scratch + at.dh);
  args.dc = reinterpret_cast<float*>(scratch + at.dc);
  return args;
}

template <class Precision>
void LaunchPersistent(const RecurrentTiling& tiling, const BackwardKernelArgs& args) {
  const LaunchShape shape{tiling.Blocks(), kRecurrentThreads, tiling.shared_bytes};
  const auto kernel = tiling.column_tiles == 2 ? &BackwardPersistentKernel<Precision, 2>
                                               : &BackwardPersistentKernel<Precision, 4>;
  LaunchCooperative("BackwardPersistentKernel", kernel, shape, args, *args.call.stream);
}

}  // namespace

int64_t RecurrentBackwardScratchBytes(const RecurrentBackwardCall& call) {
  return BackwardScratch(call).end;
}

void RecurrentBackward(const RecurrentBackwardCall& call) {
  const BackwardScratch at(call);
  const BackwardKernelArgs args = KernelArgs(call, at);
  FillBytes(call.scratch, 0, at.zeroed, *call.stream);
  if (call.precision == NRNN_PRECISION_FLOAT16) {
    FindMaxima(call,
               reinterpret_cast<float*>(static_cast<unsigned char*>(call.scratch) + at.maxima));
  }
  if (!call.tiling.persistent) return StepBackward(args);
  WithPrecision(call.precision,
                [&](auto precision) { LaunchPersistent<decltype(precision)>(call.tiling, args); });
}

}  // namespace nrnn::cuda
