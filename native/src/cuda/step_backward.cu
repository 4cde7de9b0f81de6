// The backward recurrence step by step, where W_hh fits into no GPU's registers and shared memory:
// one launch a step (reset before: two), all of them launched as one graph.
//
// Layout: recurrent.h. Plan: as the persistent kernel (recurrent_backward.cu), but W_hh, rounded
// and turned once a call so that a unit's column over all gates is a line, comes to shared memory
// beside the gradients, chunk by chunk, and dh and dc rest in global memory between launches.
//
// What bounds it: reading all of W_hh from L2, or global memory where it is larger, in every step.
#include "cuda/step_backward.h"
#include "cuda/step_graphs.h"

namespace nrnn::cuda {
namespace {

// W_hh to [unit block][columns][width], zeros in what is beyond it.
template <class Precision>
NRNN_KERNEL PackBackwardKernel(BackwardKernelArgs args) {
  using Element = typename Precision::Element;
  for (int which = 0; which < 2; ++which) {
    const BackwardPart& part = which == 0 ? args.main : args.reset;
    const int64_t width = RowWidth<Element>(part.tiling), units = part.tiling.units;
    const int64_t columns = ColumnsOf(part.tiling);
    Element* packed = static_cast<Element*>(which == 0 ? args.packed : args.reset_packed);
    for (int64_t index = GlobalThread(); index < part.tiling.unit_blocks * columns * width;
         index += GlobalThreads()) {
      const int64_t line = index / width, column = line % columns;
      const float weight = column < units
                               ? BackwardWeight(args.call, part, line / columns * units + column,
                                                static_cast<int>(index % width))
                               : 0.0f;
      packed[index] = Precision::Put(weight);
    }
  }
}

NRNN_KERNEL StartBackwardKernel(BackwardKernelArgs args) {
  const RecurrentBackwardCall& call = args.call;
  for (int64_t k = GlobalThread(); k < call.batch * call.hidden; k += GlobalThreads()) {
    args.dh[k] = call.dhn ? call.dhn[k] : 0.0f;
    args.dc[k] = call.dcn ? call.dcn[k] : 0.0f;
  }
}

template <class Precision, int kColumnTiles>
using StreamedProduct = StepProduct<Precision, kColumnTiles, kStreamedRowTiles, 0, true>;

// A block's lines of the packed weights of a part.
template <class Element>
NRNN_DEVICE const Element* PackedOf(const BackwardPart& part, const void* packed, int unit_block) {
  return static_cast<const Element*>(packed) +
         int64_t{unit_block} * ColumnsOf(part.tiling) * RowWidth<Element>(part.tiling);
}

template <class Precision>
NRNN_DEVICE void StartBlock(const BackwardKernelArgs& args, BackwardBlock<Precision>& block) {
  if (block.kScales) block.SetScale(LoadScale(args.maxima, SharedMemory<float>()));
}

template <class Precision, int kColumnTiles>
NRNN_BOUNDED_KERNEL(kRecurrentThreads, 1)
BackwardStepKernel(BackwardKernelArgs args) {
  using Element = typename Precision::Element;
  BackwardBlock<Precision> block(args, args.dh, args.dc, true);
  StartBlock(args, block);
  StreamedProduct<Precision, kColumnTiles> product(
      args.main.tiling, SharedMemory<unsigned char>(),
      PackedOf<Element>(args.main, args.packed, block.unit_block()));
  product.Multiply(block.Exchanged(args.step + 1), block.rows(), [&](int first, int count) {
    block.Finish(args.step, first, count,
                 [&](int row, int unit) { return product.Sum(row, unit); });
  });
}

// The second product of a step of reset before.
template <class Precision, int kColumnTiles>
NRNN_BOUNDED_KERNEL(kRecurrentThreads, 1)
BackwardResetKernel(BackwardKernelArgs args) {
  using Element = typename Precision::Element;
  BackwardBlock<Precision> block(args, args.dh, args.dc, true);
  StartBlock(args, block);
  StreamedProduct<Precision, kColumnTiles> product(
      args.reset.tiling, SharedMemory<unsigned char>(),
      PackedOf<Element>(args.reset, args.reset_packed, block.unit_block()));
  product.Multiply(block.ExchangedReset(), block.rows(), [&](int first, int count) {
    block.FinishReset(args.step, first, count,
                      [&](int row, int unit) { return product.Sum(row, unit); });
  });
}

template <class Precision, int kColumnTiles>
void QueueSteps(BackwardKernelArgs args) {
  const RecurrentBackwardCall& call = args.call;
  const RecurrentTiling& tiling = args.main.tiling;
  Stream& stream = *call.stream;
  const LaunchShape loop{int64_t{tiling.unit_blocks} * 8, kRecurrentThreads};
  Launch("PackBackwardKernel", &PackBackwardKernel<Precision>, loop, args, stream);
  Launch("StartBackwardKernel", &StartBackwardKernel, loop, args, stream);
  const LaunchShape shape{tiling.Blocks(), kRecurrentThreads, tiling.shared_bytes};
  for (args.step = call.steps - 1; args.step >= 0; --args.step) {
    Launch("BackwardStepKernel", &BackwardStepKernel<Precision, kColumnTiles>, shape, args, stream);
    if (call.cell == Cell::kGruResetBefore) {
      Launch("BackwardResetKernel", &BackwardResetKernel<Precision, kColumnTiles>, shape, args,
             stream);
    }
  }
  if (call.dh0 || call.dc0) {
    Launch("BackwardStepKernel", &BackwardStepKernel<Precision, kColumnTiles>, shape, args, stream);
  }
}

}  // namespace

void StepBackward(const BackwardKernelArgs& args) {
  const RecurrentBackwardCall& call = args.call;
  const auto queue = [&] {
    WithPrecision(call.precision, [&](auto precision) {
      using Precision = decltype(precision);
      if (call.tiling.column_tiles == 2) {
        QueueSteps<Precision, 2>(args);
      } else {
        QueueSteps<Precision, 4>(args);
      }
    });
  };
  if (call.graphs == nullptr) return queue();
  call.graphs->Launch(StepGraphs::Key("BackwardStepKernel", call.precision, args), *call.stream,
                      queue);
}

}  // namespace nrnn::cuda
