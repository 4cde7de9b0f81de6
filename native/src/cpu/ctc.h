// Kernels of connectionist temporal classification: one row of the batch.
#ifndef NATIVERNN_CPU_CTC_H_
#define NATIVERNN_CPU_CTC_H_

#include <cstdint>

namespace nrnn::cpu {

// A row's states are its targets with a blank before, between and behind them: states = 2 S + 1.
struct CtcRow {
  int64_t steps, classes, states;
  const float* logits;  // of step 0; steps lie logit_stride floats apart
  int64_t logit_stride;
  const int32_t* labels;  // [states]
  const float* skips;     // [states + 2]: 0 where state s - 2 may come right before s, else -inf
  float* log_sums;        // [steps]: log sum exp of each step's logits
  float* alphas;          // [steps, states]
  float* scratch;         // CtcScratch(states) floats
};

// Floats of scratch: of two rows of states with room for two more before and behind, and of two
// without.
constexpr int64_t CtcScratch(int64_t states) { return 4 * (states + 4); }

struct CtcKernels {
  // The log-probability of the targets, -infinity where they can't be aligned, NaN where a logit
  // is. Fills log_sums and alphas, as far as it came.
  float (*forward)(const CtcRow& row);
  // dlogits = scale (softmax - posterior), for a row whose log-probability is finite; its steps lie
  // logit_stride floats apart.
  void (*backward)(const CtcRow& row, float scale, float* dlogits);
};

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_CTC_H_
