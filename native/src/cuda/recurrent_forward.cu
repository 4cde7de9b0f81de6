// The forward recurrence of a layer and direction as one persistent kernel for all steps (Diamos
// 2016; Appleyard 2016; the equations are in recurrent_forward.cuh).
//
// Layout: recurrent.h. Plan: every block owns some hidden units for some rows of the batch. Their
// columns of W_hh are read once, rounded, and stay in registers and shared memory; their h and c
// stay in shared memory. In a step a block brings all units' h' of its rows to shared memory, chunk
// by chunk, while it multiplies the chunk before; adds its warps' sums; computes its units; and
// writes their h, rounded, to the array that all blocks exchange through L2. While it waits for the
// others it writes y and the reserve and fetches the next step's projections.
//
// What bounds a step: two waits for L2 (the barrier, h'), and reading B x H numbers a block; the
// products take less until B is large, see recurrent_tiling.cc.
#include "cuda/recurrent.h"
#include "cuda/recurrent_forward.cuh"

namespace nrnn::cuda {
namespace {

constexpr int64_t kAlignment = 256;

int64_t Aligned(int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

template <class Precision, int kColumnTiles>
NRNN_BOUNDED_KERNEL(kRecurrentThreads, 1)
ForwardPersistentKernel(ForwardKernelArgs args) {
  constexpr int kRegisterTiles = std::is_same_v<Precision, Float32> ? 0 : kKeptTiles / kColumnTiles;
  unsigned char* shared = SharedMemory<unsigned char>();
  ForwardBlock<Precision> block(args, shared);
  StepProduct<Precision, kColumnTiles, kKeptRowTiles, kRegisterTiles, false> product(
      args.tiling, shared, nullptr);
  product.template KeepWeights<false>([&](int column, int k) {
    const int64_t row = WeightRow(args, block.unit_block(), column);
    return row >= 0 && k < args.hidden ? args.weight_hh[row * args.hidden + k] : 0.0f;
  });
  block.LoadState(args.h0, args.c0);
  block.PublishState(args.exchange_even);
  uint32_t round = 0;
  ArriveGrid(args.arrived);
  block.FetchProjections(0);
  AwaitGrid(args.arrived, ++round);
  const int phases = args.cell == Cell::kGruResetBefore ? 2 : 1;
  for (int64_t s = 0; s < args.steps; ++s) {
    for (int phase = 0; phase < phases; ++phase) {
      const bool resets = phase + 1 < phases;
      const void* from = phase == 0 ? Exchange(args, s) : args.exchange_reset;
      void* to = resets ? args.exchange_reset : Exchange(args, s + 1);
      product.Multiply(block.Rows(from), block.rows(), [&](int first, int count) {
        block.Finish(product, s, phase, first, count, to);
      });
      ArriveGrid(args.arrived);
      if (!resets) {
        block.WriteStep(s);
        if (s + 1 < args.steps) block.FetchProjections(s + 1);
      }
      if (resets || s + 1 < args.steps) AwaitGrid(args.arrived, ++round);
    }
  }
  block.StoreState(args.hn, args.cn);
}

// Where the parts of a call's scratch begin, in bytes.
struct ForwardScratch {
  explicit ForwardScratch(const RecurrentForwardCall& call) {
    const RecurrentTiling& tiling = call.tiling;
    const int64_t bytes = ElementBytes(call.precision);
    const int64_t width = tiling.Width(call.precision);
    const int64_t exchange = Aligned(call.batch * width * bytes);
    const int64_t state = Aligned(call.batch * call.hidden * int64_t{sizeof(float)});
    arrived = 0;
    even = kAlignment;
    odd = even + exchange;
    reset = odd + exchange;
    zeroed = reset + (call.cell == Cell::kGruResetBefore ? exchange : 0);
    h = zeroed;
    c = h + (tiling.persistent ? 0 : state);
    packed = c + (tiling.persistent ? 0 : state);
    end = packed +
          (tiling.persistent ? 0 : Aligned(tiling.unit_blocks * tiling.Columns() * width * bytes));
  }
  int64_t arrived, even, odd, reset, zeroed, h, c, packed, end;
};

ForwardKernelArgs KernelArgs(const RecurrentForwardCall& call, const ForwardScratch& at) {
  ForwardKernelArgs args{};
  args.cell = call.cell;
  args.gate_count = static_cast<int>(GateCount(call.cell));
  args.steps = call.steps;
  args.batch = call.batch;
  args.hidden = call.hidden;
  args.reverse = call.reverse;
  args.keep = call.keep;
  args.lengths = call.lengths;
  args.weight_hh = call.weight_hh;
  args.bias_hn = call.bias_hn;
  args.h0 = call.h0;
  args.c0 = call.c0;
  args.y_step = call.y_step;
  args.y_row = call.y_row;
  args.gates = call.gates;
  args.aux = call.aux;
  args.y = call.y;
  args.hn = call.hn;
  args.cn = call.cn;
  args.tiling = call.tiling;
  unsigned char* scratch = static_cast<unsigned char*>(call.scratch);
  args.exchange_even = scratch + at.even;
  args.exchange_odd = scratch + at.odd;
  args.exchange_reset = scratch + at.reset;
  args.arrived = reinterpret_cast<uint32_t*>(scratch + at.arrived);
  args.packed = scratch + at.packed;
  args.state_h = reinterpret_cast<float*>(scratch + at.h);
  args.state_c = reinterpret_cast<float*>(scratch + at.c);
  return args;
}

template <class Precision, int kColumnTiles>
void LaunchPersistent(const RecurrentForwardCall& call, const ForwardKernelArgs& args) {
  const LaunchShape shape{call.tiling.Blocks(), kRecurrentThreads, call.tiling.shared_bytes};
  LaunchCooperative("ForwardPersistentKernel", &ForwardPersistentKernel<Precision, kColumnTiles>,
                    shape, args, *call.stream);
}

}  // namespace

int64_t RecurrentForwardScratchBytes(const RecurrentForwardCall& call) {
  return ForwardScratch(call).end;
}

void RecurrentForward(const RecurrentForwardCall& call) {
  const ForwardScratch at(call);
  const ForwardKernelArgs args = KernelArgs(call, at);
  FillBytes(call.scratch, 0, at.zeroed, *call.stream);
  if (!call.tiling.persistent) return StepForward(call, args);
  WithPrecision(call.precision, [&](auto precision) {
    using Precision = decltype(precision);
    if (call.tiling.column_tiles == 2) {
      LaunchPersistent<Precision, 2>(call, args);
    } else {
      LaunchPersistent<Precision, 4>(call, args);
    }
  });
}

}  // namespace nrnn::cuda
