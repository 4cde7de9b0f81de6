// The forward recurrence step by step, where W_hh fits into no GPU's registers and shared memory:
// one launch a step (reset before: two), all of them launched as one graph.
//
// Layout: recurrent.h. Plan: as the persistent kernel (recurrent_forward.cu), but W_hh, rounded and
// laid out by blocks once a call, comes to shared memory beside h', chunk by chunk, and the state
// rests in global memory between launches. Blocks of other rows of the batch read the same weights
// at about the same time, so that all but the first find them in L2.
//
// What bounds it: reading all of W_hh from global memory in every step.
#include "cuda/recurrent.h"
#include "cuda/recurrent_forward.cuh"
#include "cuda/step_graphs.h"

namespace nrnn::cuda {
namespace {

// W_hh to [unit block][columns][width], zeros in what is beyond it.
template <class Precision>
NRNN_KERNEL PackForwardKernel(ForwardKernelArgs args) {
  using Element = typename Precision::Element;
  const int columns = ColumnsOf(args.tiling);
  const int width = RowWidth<Element>(args.tiling);
  const int64_t all = int64_t{args.tiling.unit_blocks} * columns * width;
  Element* packed = static_cast<Element*>(args.packed);
  for (int64_t index = GlobalThread(); index < all; index += GlobalThreads()) {
    const int64_t line = index / width, k = index % width;
    const int64_t row =
        WeightRow(args, static_cast<int>(line / columns), static_cast<int>(line % columns));
    packed[index] =
        Precision::Put(row >= 0 && k < args.hidden ? args.weight_hh[row * args.hidden + k] : 0.0f);
  }
}

// The initial state to where the steps keep it, and h to what they exchange.
template <class Precision>
NRNN_KERNEL StartForwardKernel(ForwardKernelArgs args) {
  using Element = typename Precision::Element;
  const int width = RowWidth<Element>(args.tiling);
  Element* exchange = static_cast<Element*>(args.exchange_even);
  for (int64_t k = GlobalThread(); k < args.batch * args.hidden; k += GlobalThreads()) {
    const float h = args.h0 ? args.h0[k] : 0.0f;
    args.state_h[k] = h;
    args.state_c[k] = args.c0 ? args.c0[k] : 0.0f;
    exchange[k / args.hidden * width + k % args.hidden] = Precision::Put(h);
  }
}

template <class Precision, int kColumnTiles>
NRNN_BOUNDED_KERNEL(kRecurrentThreads, 1)
ForwardStepKernel(ForwardKernelArgs args) {
  using Element = typename Precision::Element;
  unsigned char* shared = SharedMemory<unsigned char>();
  ForwardBlock<Precision> block(args, shared);
  const int64_t block_length = int64_t{ColumnsOf(args.tiling)} * RowWidth<Element>(args.tiling);
  StepProduct<Precision, kColumnTiles, kStreamedRowTiles, 0, true> product(
      args.tiling, shared,
      static_cast<const Element*>(args.packed) + block.unit_block() * block_length);
  const bool resets = args.cell == Cell::kGruResetBefore && args.phase == 0;
  const void* from = args.phase == 0 ? Exchange(args, args.step) : args.exchange_reset;
  void* to = resets ? args.exchange_reset : Exchange(args, args.step + 1);
  block.FetchProjections(args.step);
  block.LoadState(args.state_h, args.state_c);
  product.Multiply(block.Rows(from), block.rows(), [&](int first, int count) {
    block.Finish(product, args.step, args.phase, first, count, to);
  });
  if (resets) {
    block.WriteReset(args.step);
    block.StoreState(nullptr, args.state_c);
    return;
  }
  block.WriteStep(args.step);
  block.StoreState(args.state_h, args.state_c);
  if (args.step + 1 == args.steps) block.StoreState(args.hn, args.cn);
}

template <class Precision>
void QueueSteps(const RecurrentForwardCall& call, ForwardKernelArgs args) {
  Stream& stream = *call.stream;
  const LaunchShape loop{int64_t{call.tiling.unit_blocks} * 8, kRecurrentThreads};
  Launch("PackForwardKernel", &PackForwardKernel<Precision>, loop, args, stream);
  Launch("StartForwardKernel", &StartForwardKernel<Precision>, loop, args, stream);
  const LaunchShape shape{call.tiling.Blocks(), kRecurrentThreads, call.tiling.shared_bytes};
  const auto kernel = call.tiling.column_tiles == 2 ? &ForwardStepKernel<Precision, 2>
                                                    : &ForwardStepKernel<Precision, 4>;
  const int phases = call.cell == Cell::kGruResetBefore ? 2 : 1;
  for (args.step = 0; args.step < call.steps; ++args.step) {
    for (args.phase = 0; args.phase < phases; ++args.phase) {
      Launch("ForwardStepKernel", kernel, shape, args, stream);
    }
  }
}

}  // namespace

void StepForward(const RecurrentForwardCall& call, const ForwardKernelArgs& args) {
  const auto queue = [&] {
    WithPrecision(call.precision,
                  [&](auto precision) { QueueSteps<decltype(precision)>(call, args); });
  };
  if (call.graphs == nullptr) return queue();
  call.graphs->Launch(StepGraphs::Key("ForwardStepKernel", call.precision, args), *call.stream,
                      queue);
}

}  // namespace nrnn::cuda
