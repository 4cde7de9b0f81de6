// The layers of a stack side by side, where a layer has too few rows and hidden units for all
// threads: each runs some steps behind the one that feeds it, and waits only where it has caught up.
#ifndef NATIVERNN_CPU_RNN_WAVEFRONT_H_
#define NATIVERNN_CPU_RNN_WAVEFRONT_H_

#include <deque>
#include <vector>

#include "cpu/progress.h"
#include "cpu/rnn_layer.h"

namespace nrnn::cpu {

class Wavefront {
 public:
  Wavefront(CpuBackend& backend, const RnnShape& shape) : backend_(backend), shape_(shape) {}

  // Whether the layers of such a call run side by side: nothing may stand between them (dropout),
  // and one direction only, since the other starts at the last step.
  bool Pays(int64_t steps, int64_t batch) const;

  // calls: one for each layer, the input of each the output of the one below. The results are those
  // of one layer after the other, bit by bit.
  void Forward(std::vector<RnnLayer>& layers, const std::vector<LayerForwardCall>& calls);
  // As the time loops and input gradients of RnnLayer::Backward; the layer's gradients of parameters
  // are left to the caller.
  void Backward(std::vector<RnnLayer>& layers, const std::vector<LayerBackwardCall>& calls);

 private:
  LayerSplit SplitOf(int64_t batch) const;
  void Gather(const LayerSplit& split);

  CpuBackend& backend_;
  const RnnShape shape_;
  std::deque<LayerWorkspace> workspaces_;  // of each layer
  std::deque<Progress> progress_;          // of each layer and slice of the batch
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_RNN_WAVEFRONT_H_
