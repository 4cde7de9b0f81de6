// Connectionist temporal classification (Graves 2006). With p[t][s] the log-softmax of state s's
// class at step t, and a second step s - 2 -> s allowed between different targets:
//
//   alpha[t][s] = p[t][s] + log(e^alpha[t-1][s] + e^alpha[t-1][s-1] + e^alpha[t-1][s-2])
//   beta[t][s]  = log(e^(beta+p)[t+1][s] + e^(beta+p)[t+1][s+1] + e^(beta+p)[t+1][s+2])
//   posterior[t][s] = e^(alpha + beta)[t][s] / sum over s,  dlogits = softmax - posterior by class
//
// All that does not go from step to step has a block for each step of each row: the log-softmax,
// which leaves p where alphas and betas are to lie, and the gradients. The two recurrences are one
// block a row, a thread a state (or several), and are bound by the latency of a step: a barrier, a
// logarithm and three exponentials, with p of the next step read ahead. Each step is kept relative
// to the largest number of the step before it, so that a float's digits are not spent on the
// sequence's length; alpha's shifts add up in double. A state that can't be reached is -infinity.
#include <algorithm>

#include "cuda/ctc_rows.cuh"
#include "cuda/cuda_backend.h"

namespace nrnn::cuda {
namespace {

// A block checks a row. Shared memory: kBlockSumRoom floats.
NRNN_KERNEL CtcCheckKernel(CtcCall call) {
  const CtcArgs& args = call.args;
  const int64_t row = Block();
  const auto steps = args.lengths ? args.lengths[row] : static_cast<int32_t>(args.steps);
  const auto count =
      args.target_lengths ? args.target_lengths[row] : static_cast<int32_t>(args.max_targets);
  bool right = CheckValue(call.fault, Argument::kLengths, row, steps, 0, args.steps) &&
               CheckValue(call.fault, Argument::kTargetLengths, row, count, 0, args.max_targets);
  right = right && CheckLabels(call, row, count, SharedMemory<float>());
  if (Thread() == 0) call.extents[row] = right ? CtcExtent{steps, count} : CtcExtent{-1, 0};
  if (right && call.links) {
    LinkLabels(args.targets + row * args.max_targets, count, call.links + row * args.max_targets);
  }
}

// A block sets p of a step of a row: forward, where the alphas are to lie, with the step's log sum;
// backward where the betas are. Shared memory: kBlockSumRoom floats.
template <bool kForward>
NRNN_KERNEL CtcEmissionsKernel(CtcCall call) {
  const int64_t t = Block() % call.args.steps;
  const CtcRow row = FindCtcRow(call, Block() / call.args.steps);
  if (t >= row.steps) return;
  const float* logits = call.args.logits + CtcLogitsAt(call.args, row.index, t);
  float log_sum;
  if constexpr (kForward) {
    log_sum = BlockLogSumExp(
        call.args.classes, [=](int64_t k) { return logits[k]; }, SharedMemory<float>());
    if (Thread() == 0) row.log_sums[t] = log_sum;
  } else {
    log_sum = row.log_sums[t];
  }
  float* p = (kForward ? row.alphas : row.betas) + t * row.states;
  for (int64_t s = Thread(); s < row.states; s += Threads()) {
    p[s] = logits[row.Label(s, call.args.blank)] - log_sum;
  }
}

// log(e^alpha[t-1][s] + ...); before: of step t - 1.
NRNN_DEVICE float AlphaSum(const float* before, int64_t s, bool skips) {
  return LogSumOfThree(before[s], s >= 1 ? before[s - 1] : -Infinity(),
                       skips ? before[s - 2] : -Infinity());
}

// The log-probability of the two last states of a row, relative to shifts. Both may lie a thousand
// nats below the largest, that of blanks alone: relative to the greater.
NRNN_DEVICE float LogProbability(const float* last, int64_t states, double shifts) {
  const double end = static_cast<double>(last[states - 1]);
  const double target = static_cast<double>(states > 1 ? last[states - 2] : -Infinity());
  const double top = end > target ? end : target;
  if (top < -1e300) return -Infinity();
  return static_cast<float>(shifts + top + log(exp(end - top) + exp(target - top)));
}

// The log-probability in thread 0.
NRNN_DEVICE float Alphas(const CtcCall& call, const CtcRow& row) {
  if (row.steps < 0) return NotANumber();
  // Without a step only no targets can be spelt.
  if (row.steps == 0) return row.states == 1 ? 0.0f : -Infinity();
  const CtcCarried carried(call, row.index);
  const int64_t own = Thread();
  const bool own_skips = own < row.states && row.Skips(own);
  float ahead = own < row.states ? row.alphas[own] : 0.0f;
  float shift = 0;
  double shifts = 0;
  for (int64_t t = 0; t < row.steps; ++t) {
    float* alpha = row.alphas + t * row.states;
    const float* before = carried.At(t + 1);
    float* now = carried.At(t);
    float largest = -Infinity();
    if (Thread() == 0) shifts += static_cast<double>(shift);
    for (int64_t s = own; s < row.states; s += Threads()) {
      const float p = s == own ? ahead : alpha[s];
      if (s == own && t + 1 < row.steps) ahead = alpha[row.states + s];
      // Before the first step: a state from which the first two are reached.
      const float sum = t == 0 ? (s < 2 ? 0.0f : -Infinity())
                               : AlphaSum(before, s, s == own ? own_skips : row.Skips(s));
      alpha[s] = now[s] = sum - shift + p;
      largest = Larger(now[s], largest);
    }
    shift = carried.Close(t, largest);
    // Nothing can be reached, or a logit was NaN.
    if (IsNaN(shift) || shift == -Infinity()) return shift;
  }
  return Thread() == 0 ? LogProbability(carried.At(row.steps - 1), row.states, shifts) : 0.0f;
}

// A block runs a row. Shared memory: kCtcLargestRoom floats, and two steps of states unless
// carried.
NRNN_KERNEL CtcAlphasKernel(CtcCall call) {
  const CtcRow row = FindCtcRow(call, Block());
  const float log_probability = Alphas(call, row);
  if (Thread() != 0) return;
  *row.log_probability = log_probability;
  const bool impossible = log_probability == -Infinity();
  call.losses[row.index] = impossible && call.args.zero_infinity ? 0.0f : -log_probability;
}

NRNN_DEVICE bool IsFinite(float x) { return x - x == 0.0f; }

// log(e^(beta+p)[t+1][s] + ...); after: beta + p of step t + 1.
NRNN_DEVICE float BetaSum(const float* after, int64_t s, int64_t states, bool skipped) {
  return LogSumOfThree(after[s], s + 1 < states ? after[s + 1] : -Infinity(),
                       skipped ? after[s + 2] : -Infinity());
}

// As CtcAlphasKernel; rows without a gradient are left out.
NRNN_KERNEL CtcBetasKernel(CtcCall call) {
  const CtcRow row = FindCtcRow(call, Block());
  if (row.steps <= 0 || !IsFinite(*row.log_probability)) return;
  const CtcCarried carried(call, row.index);
  const int64_t own = Thread(), last = row.steps - 1;
  const auto skipped = [&](int64_t s) { return s + 2 < row.states && row.Skips(s + 2); };
  const bool own_skipped = skipped(own);
  float ahead = own < row.states ? row.betas[last * row.states + own] : 0.0f;
  float shift = 0;
  for (int64_t t = last; t >= 0; --t) {
    float* beta = row.betas + t * row.states;
    const float* after = carried.At(t + 1);
    float* now = carried.At(t);
    float largest = -Infinity();
    for (int64_t s = own; s < row.states; s += Threads()) {
      const float p = s == own ? ahead : beta[s];
      if (s == own && t > 0) ahead = beta[s - row.states];
      const float sum = t == last
                            ? (s + 2 < row.states ? -Infinity() : 0.0f)
                            : BetaSum(after, s, row.states, s == own ? own_skipped : skipped(s));
      beta[s] = sum - shift;
      now[s] = beta[s] + p;
      largest = Larger(beta[s], largest);
    }
    shift = carried.Close(t, largest);
  }
}

NRNN_DEVICE void FillStep(float* to, int64_t classes, float value) {
  for (int64_t k = Thread(); k < classes; k += Threads()) to[k] = value;
}

// A block sets dlogits of a step of a row. The states of one class are added in their order, by the
// thread of the first. Shared memory: kBlockSumRoom floats.
NRNN_KERNEL CtcGradientKernel(CtcCall call) {
  const CtcArgs& args = call.args;
  const int64_t t = Block() % args.steps;
  const CtcRow row = FindCtcRow(call, Block() / args.steps);
  const int64_t at = CtcLogitsAt(args, row.index, t);
  float* to = call.dlogits + at;
  const float log_probability = row.steps < 0 ? NotANumber() : *row.log_probability;
  if (row.steps >= 0 && t >= row.steps) return FillStep(to, args.classes, 0.0f);
  if (IsNaN(log_probability)) return FillStep(to, args.classes, log_probability);
  if (!IsFinite(log_probability)) return FillStep(to, args.classes, 0.0f);

  float* shared = SharedMemory<float>();
  const float* alpha = row.alphas + t * row.states;
  const float* beta = row.betas + t * row.states;
  const auto joint = [=](int64_t s) { return alpha[s] + beta[s]; };
  const float all = BlockLogSumExp(row.states, joint, shared);
  float blank = 0;
  for (int64_t s = 2 * Thread(); s < row.states; s += 2 * Threads()) {
    blank += ExpFlushed(joint(s) - all);
  }
  blank = BlockSum(blank, shared);
  const float scale = call.dlosses[row.index], log_sum = row.log_sums[t];
  for (int64_t k = Thread(); k < args.classes; k += Threads()) {
    to[k] = ExpFlushed(args.logits[at + k] - log_sum) * scale;
  }
  SyncBlock();
  if (Thread() == 0) to[args.blank] -= scale * blank;
  const CtcLink* links = call.links + row.index * args.max_targets;
  for (int64_t k = Thread(); k < row.targets; k += Threads()) {
    if (!links[k].first) continue;
    float posterior = 0;
    for (int64_t same = k; same >= 0; same = links[same].next) {
      posterior += ExpFlushed(joint(2 * same + 1) - all);
    }
    to[row.labels[k]] -= scale * posterior;
  }
}

int WholeWarps(int64_t threads, int64_t most) {
  return static_cast<int>(std::min((threads + kWarp - 1) / kWarp * kWarp, most));
}

// What the launches of one call take.
class CtcLaunches {
 public:
  CtcLaunches(CudaBackend& backend, const CtcArgs& args) : backend_(backend) {
    call_.args = args;
    call_.max_states = args.MaxStates();
    call_.fault = backend.fault();
    call_.kept_stride = CtcReserveOffset(args, 1);
    extents_ = backend.Borrow(args.batch * static_cast<int64_t>(sizeof(CtcExtent)));
    call_.extents = extents_.as<CtcExtent>();
    const int64_t states = 2 * call_.max_states * static_cast<int64_t>(sizeof(float));
    shared_ = kCtcLargestRoom * static_cast<int64_t>(sizeof(float));
    if (states <= kMostShared) {
      shared_ += states;
    } else {
      carried_ = backend.BorrowFloats(args.batch * 2 * call_.max_states);
      call_.carried = carried_.floats();
    }
  }
  CtcCall& call() { return call_; }

  void Check() { Run("CtcCheckKernel", &CtcCheckKernel, call_.args.batch, call_.args.max_targets); }
  // A block for each step of each row.
  void EachStep(const char* name, void (*kernel)(CtcCall)) {
    Run(name, kernel, call_.args.batch * call_.args.steps,
        std::max(call_.args.classes, call_.max_states));
  }
  // A block for each row.
  void EachRow(const char* name, void (*kernel)(CtcCall)) {
    const LaunchShape shape = {call_.args.batch, WholeWarps(call_.max_states, 512), shared_};
    Launch(name, kernel, shape, call_, backend_.stream());
  }

 private:
  static constexpr int64_t kMostShared = 40 * 1024;  // what every GPU gives without being asked

  void Run(const char* name, void (*kernel)(CtcCall), int64_t blocks, int64_t threads) {
    const LaunchShape shape = {blocks, WholeWarps(std::max<int64_t>(threads, 1), 256),
                               kBlockSumRoom * static_cast<int64_t>(sizeof(float))};
    Launch(name, kernel, shape, call_, backend_.stream());
  }

  CudaBackend& backend_;
  CtcCall call_{};
  Scratch extents_, carried_;
  int64_t shared_;
};

}  // namespace

void CudaBackend::CtcForward(const CtcArgs& args, float* losses, float* reserve) {
  CtcLaunches launches(*this, args);
  Scratch kept;
  if (!reserve) kept = BorrowFloats(CtcReserveOffset(args, args.batch));
  launches.call().kept = reserve ? reserve : kept.floats();
  launches.call().losses = losses;
  launches.Check();
  launches.EachStep("CtcEmissionsKernel", &CtcEmissionsKernel<true>);
  launches.EachRow("CtcAlphasKernel", &CtcAlphasKernel);
}

void CudaBackend::CtcBackward(const CtcArgs& args, const float* reserve, const float* dlosses,
                              float* dlogits) {
  CtcLaunches launches(*this, args);
  const Scratch betas = BorrowFloats(args.batch * args.steps * args.MaxStates());
  const int64_t targets = std::max<int64_t>(args.batch * args.max_targets, 1);
  const Scratch links = Borrow(targets * static_cast<int64_t>(sizeof(CtcLink)));
  CtcCall& call = launches.call();
  call.kept = const_cast<float*>(reserve);  // the backward kernels only read it
  call.betas = betas.floats();
  call.links = links.as<CtcLink>();
  call.dlosses = dlosses;
  call.dlogits = dlogits;
  launches.Check();
  launches.EachStep("CtcEmissionsKernel", &CtcEmissionsKernel<false>);
  launches.EachRow("CtcBetasKernel", &CtcBetasKernel);
  launches.EachStep("CtcGradientKernel", &CtcGradientKernel);
}

}  // namespace nrnn::cuda
