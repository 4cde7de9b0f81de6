#include "cpu/rnn_wavefront.h"

#include <algorithm>

namespace nrnn::cpu {
namespace {

// Rows, steps x batch, that a layer takes at a time: the lag behind the layer below. Enough of them
// that W_ih, which passes once for all, is cheap.
constexpr int64_t kWaveRows = 16;

int64_t WaveSteps(const LayerSplit& split) {
  return std::max<int64_t>(kWaveRows / split.Largest(), 1);
}

}  // namespace

// Where the threads of one layer after the other would keep half of the machine idle. 64 steps of one
// row, two LSTM layers of H = 128, two threads: 0.45 ms side by side, 0.65 in turn; of H = 512, where
// a team can share the units, 7.4 and 5.5, since a layer starts and ends with one thread only.
bool Wavefront::Pays(int64_t steps, int64_t batch) const {
  if (shape_.layers == 1 || shape_.directions != 1) return false;
  const LayerSplit in_turn = SplitBatch(shape_, batch, backend_.concurrency());
  if (2 * in_turn.Tasks() > backend_.concurrency()) return false;
  return steps >= 2 * WaveSteps(SplitOf(batch));
}

// With at least as many threads as layers each layer has a share of them, and splits the batch or
// the hidden units over it. With fewer, each layer is one task for each slice, and layers start in
// their order as threads get free.
LayerSplit Wavefront::SplitOf(int64_t batch) const {
  return SplitBatch(shape_, batch, std::max<int64_t>(backend_.concurrency() / shape_.layers, 1));
}

void Wavefront::Gather(const LayerSplit& split) {
  const size_t layers = static_cast<size_t>(shape_.layers);
  while (workspaces_.size() < layers) workspaces_.emplace_back();
  while (progress_.size() < layers * static_cast<size_t>(split.slices)) progress_.emplace_back();
  for (Progress& progress : progress_) progress.Restart();
}

// Tasks start in their order, those of the layers that feed others first: a task that waits waits
// for one that has started, and a team's last thread comes once tasks before it have ended.
void Wavefront::Forward(std::vector<RnnLayer>& layers, const std::vector<LayerForwardCall>& calls) {
  const LayerSplit split = SplitOf(calls[0].batch);
  Gather(split);
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    layers[layer].PrepareForward(calls[layer], split, workspaces_[layer]);
  }
  const int64_t chunk = WaveSteps(split);
  backend_.pool().Run(shape_.layers * split.Tasks(), [&](int64_t index, int) {
    const size_t layer = static_cast<size_t>(index / split.Tasks());
    const int64_t task = index % split.Tasks();
    const LayerForwardCall& call = calls[layer];
    const size_t slice = static_cast<size_t>(split.Slice(task));
    Progress* below =
        layer == 0 ? nullptr
                   : &progress_[(layer - 1) * static_cast<size_t>(split.slices) + slice];
    Progress& mine = progress_[layer * static_cast<size_t>(split.slices) + slice];
    for (int64_t first = 0; first < call.steps; first += chunk) {
      const int64_t last = std::min(first + chunk, call.steps);
      if (below) below->WaitFor(last);
      layers[layer].ForwardSteps(call, split, task, {first, last}, workspaces_[layer]);
      if (split.Part(task) == 0) mine.Reach(last);
    }
  });
}

// As forward, from the last layer and step on; progress counts steps from the end.
void Wavefront::Backward(std::vector<RnnLayer>& layers,
                         const std::vector<LayerBackwardCall>& calls) {
  const LayerSplit split = SplitOf(calls[0].batch);
  Gather(split);
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    layers[layer].PrepareBackward(calls[layer], split, workspaces_[layer]);
  }
  const int64_t chunk = WaveSteps(split);
  backend_.pool().Run(shape_.layers * split.Tasks(), [&](int64_t index, int) {
    const size_t layer = layers.size() - 1 - static_cast<size_t>(index / split.Tasks());
    const int64_t task = index % split.Tasks();
    const LayerBackwardCall& call = calls[layer];
    const size_t slice = static_cast<size_t>(split.Slice(task));
    Progress* above =
        layer + 1 == layers.size()
            ? nullptr
            : &progress_[(layer + 1) * static_cast<size_t>(split.slices) + slice];
    Progress& mine = progress_[layer * static_cast<size_t>(split.slices) + slice];
    for (int64_t last = call.steps; last > 0; last -= chunk) {
      const int64_t first = std::max<int64_t>(last - chunk, 0);
      if (above) above->WaitFor(call.steps - first);
      layers[layer].BackwardSteps(call, split, task, {first, last}, workspaces_[layer]);
      if (call.dx.data) {
        layers[layer].InputGradientOfSteps(call, split, task, {first, last}, workspaces_[layer]);
      }
      if (split.Part(task) == 0) mine.Reach(call.steps - first);
    }
  });
}

}  // namespace nrnn::cpu
