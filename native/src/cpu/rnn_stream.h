// The CPU's RnnStream: a batch's state and scratch, all allocated when it is opened.
#ifndef NATIVERNN_CPU_RNN_STREAM_H_
#define NATIVERNN_CPU_RNN_STREAM_H_

#include <vector>

#include "cpu/rnn_weights.h"

namespace nrnn::cpu {

class CpuRnnStream final : public RnnStream {
 public:
  CpuRnnStream(std::shared_ptr<const CpuRnnWeights> weights, int64_t batch);

  int64_t batch() const override { return args_.batch; }
  void Reset() override;
  void Run(int64_t steps, const float* x, float* y) override;
  void ReadState(float* h, float* c) const override;
  void WriteState(const float* h, const float* c) override;

 private:
  int64_t StateRows() const { return args_.layers * args_.batch; }

  std::shared_ptr<const CpuRnnWeights> weights_;
  std::shared_ptr<Storage> memory_;
  std::vector<InputRow> rows_;
  StreamRunArgs args_;  // all but steps, x and y
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_RNN_STREAM_H_
