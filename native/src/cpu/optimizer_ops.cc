// Optimisers of the CPU backend: what is computed once per step, in double, and the split over all
// parameters at once.
//
// The tensors of a call lie one after the other in thought, and are cut into tasks of kGrain
// elements: many small ones share a task, a large one is many. The cuts depend on lengths alone, so
// sums have the same bits for any number of threads.
#include <algorithm>
#include <cmath>
#include <vector>

#include "cpu/cpu_backend.h"
#include "cpu/optimizers.h"

namespace nrnn::cpu {
namespace {

// Elements of a task: some 10 microseconds of memory traffic.
constexpr int64_t kGrain = 16384;

// Where the tensors of a call are cut; one object at a time on a thread.
class Cuts {
 public:
  template <class Part>
  Cuts(const Part* parts, int64_t count) : starts_(Starts()) {
    starts_.assign(1, 0);
    for (int64_t k = 0; k < count; ++k) starts_.push_back(starts_.back() + parts[k].length);
  }
  int64_t tasks() const { return (starts_.back() + kGrain - 1) / kGrain; }

  // body(tensor, first, length) for the pieces of a task, in order.
  template <class Body>
  void Visit(int64_t task, const Body& body) const {
    int64_t at = task * kGrain;
    const int64_t end = std::min(at + kGrain, starts_.back());
    auto next = std::upper_bound(starts_.begin(), starts_.end(), at);
    for (; at < end; ++next) {
      const int64_t stop = std::min(end, *next), start = *(next - 1);
      if (stop > at) body(next - starts_.begin() - 1, at - start, stop - at);
      at = std::max(at, stop);
    }
  }

 private:
  static std::vector<int64_t>& Starts() {
    thread_local std::vector<int64_t> starts;  // kept, so that steps which repeat allocate nothing
    return starts;
  }
  std::vector<int64_t>& starts_;
};

float OneMinus(float value) { return static_cast<float>(1.0 - static_cast<double>(value)); }

// 1 - beta^step
double BiasCorrection(float beta, int64_t step) {
  return 1.0 - std::pow(static_cast<double>(beta), static_cast<double>(step));
}

float DecoupledKeep(float learning_rate, float weight_decay) {
  return static_cast<float>(1.0 - static_cast<double>(learning_rate) * weight_decay);
}

float* At(float* data, int64_t index) { return data ? data + index : nullptr; }

// kernel(run, piece) over all pieces of all parameters.
template <class Run>
void ForAll(ThreadPool& pool, void (*kernel)(const Run&, const StepPart&), const Run& run,
            StepParts parts) {
  const Cuts cuts(parts.data, parts.count);
  pool.Run(cuts.tasks(), [&](int64_t task, int) {
    cuts.Visit(task, [&](int64_t tensor, int64_t first, int64_t length) {
      const StepPart& part = parts.data[tensor];
      kernel(run, {part.parameter + first, part.gradient + first, At(part.first, first),
                   At(part.second, first), length});
    });
  });
}

// The sum of sum_of(task) over all tasks, in order.
template <class SumOf>
double SumOverTasks(ThreadPool& pool, int64_t tasks, const SumOf& sum_of) {
  thread_local std::vector<double> sums;  // kept, so that steps which repeat allocate nothing
  sums.assign(static_cast<size_t>(tasks), 0.0);
  double* const of_tasks = sums.data();  // the lambda runs on other threads
  pool.Run(tasks, [&](int64_t task, int) { of_tasks[task] = sum_of(task); });
  double total = 0.0;
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace

void CpuBackend::AdamStep(const AdamArgs& args, StepParts parts) {
  AdamRun run{};
  run.beta1 = args.beta1;
  run.beta2 = args.beta2;
  run.one_minus_beta1 = OneMinus(args.beta1);
  run.one_minus_beta2 = OneMinus(args.beta2);
  const double rate = static_cast<double>(args.learning_rate);
  run.rate = static_cast<float>(rate / BiasCorrection(args.beta1, args.step));
  run.root = static_cast<float>(1.0 / std::sqrt(BiasCorrection(args.beta2, args.step)));
  run.epsilon = args.epsilon;
  run.decay = args.decoupled ? 0.0f : args.weight_decay;
  run.keep = args.decoupled ? DecoupledKeep(args.learning_rate, args.weight_decay) : 1.0f;
  run.clip = args.clip;
  ForAll(pool_, kernels_.optimizers->adam, run, parts);
}

void CpuBackend::SgdStep(const SgdArgs& args, StepParts parts) {
  const SgdRun run = {args.learning_rate, args.momentum, args.weight_decay, args.clip,
                      args.nesterov};
  ForAll(pool_, kernels_.optimizers->sgd, run, parts);
}

void CpuBackend::RmspropStep(const RmspropArgs& args, StepParts parts) {
  const RmspropRun run = {args.learning_rate, args.alpha,    OneMinus(args.alpha),
                          args.epsilon,       args.momentum, args.weight_decay,
                          args.clip};
  ForAll(pool_, kernels_.optimizers->rmsprop, run, parts);
}

void CpuBackend::AdagradStep(const AdagradArgs& args, StepParts parts) {
  const AdagradRun run = {args.learning_rate, args.epsilon, args.weight_decay, args.clip};
  ForAll(pool_, kernels_.optimizers->adagrad, run, parts);
}

void CpuBackend::LionStep(const LionArgs& args, StepParts parts) {
  const LionRun run = {args.learning_rate,
                       args.beta1,
                       OneMinus(args.beta1),
                       args.beta2,
                       OneMinus(args.beta2),
                       DecoupledKeep(args.learning_rate, args.weight_decay),
                       args.clip};
  ForAll(pool_, kernels_.optimizers->lion, run, parts);
}

float CpuBackend::ClipGlobalNorm(const GradientSpan* gradients, int64_t count, float max_norm) {
  const Cuts cuts(gradients, count);
  const OptimizerKernels& kernels = *kernels_.optimizers;
  const double total = SumOverTasks(pool_, cuts.tasks(), [&](int64_t task) {
    double sum = 0.0;
    cuts.Visit(task, [&](int64_t tensor, int64_t first, int64_t length) {
      sum += kernels.square_sum(gradients[tensor].data + first, length);
    });
    return sum;
  });
  const float norm = static_cast<float>(std::sqrt(total));
  if (!std::isfinite(norm) || norm <= max_norm) return norm;
  const float factor = static_cast<float>(max_norm / std::sqrt(total));
  pool_.Run(cuts.tasks(), [&](int64_t task, int) {
    cuts.Visit(task, [&](int64_t tensor, int64_t first, int64_t length) {
      kernels.scale(gradients[tensor].data + first, factor, length);
    });
  });
  return norm;
}

void CpuBackend::ClipValues(const GradientSpan* gradients, int64_t count, float max_value) {
  const Cuts cuts(gradients, count);
  pool_.Run(cuts.tasks(), [&](int64_t task, int) {
    cuts.Visit(task, [&](int64_t tensor, int64_t first, int64_t length) {
      kernels_.optimizers->clip(gradients[tensor].data + first, max_value, length);
    });
  });
}

float CpuBackend::Regularize(const PenaltyPart* parts, int64_t count) {
  const Cuts cuts(parts, count);
  return static_cast<float>(SumOverTasks(pool_, cuts.tasks(), [&](int64_t task) {
    double sum = 0.0;
    cuts.Visit(task, [&](int64_t tensor, int64_t first, int64_t length) {
      const PenaltyPart& part = parts[tensor];
      sum += kernels_.optimizers->penalty(
          {part.l1, part.l2, part.parameter + first, At(part.gradient, first), length});
    });
    return sum;
  }));
}

void CpuBackend::MaxNorm(const Axis& axis, float max_norm, float* x) {
  const OptimizerKernels& kernels = *kernels_.optimizers;
  if (axis.inner == 1) {
    const int64_t rows = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, axis.length));
    pool_.For(axis.outer, rows, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        float* const values = x + row * axis.length;
        const double norm = std::sqrt(kernels.square_sum(values, axis.length));
        if (!(norm > static_cast<double>(max_norm)) || std::isinf(norm)) continue;
        kernels.scale(values, static_cast<float>(static_cast<double>(max_norm) / norm),
                      axis.length);
      }
    });
    return;
  }
  const int64_t blocks = (axis.inner + kNormColumns - 1) / kNormColumns;
  pool_.Run(axis.outer * blocks, [&](int64_t task, int) {
    const int64_t first = task % blocks * kNormColumns;
    kernels.column_norms(x + task / blocks * axis.length * axis.inner + first, axis.length,
                         std::min(kNormColumns, axis.inner - first), axis.inner, max_norm);
  });
}

void CpuBackend::MovingAverage(const AveragePart* parts, int64_t count, float decay) {
  const Cuts cuts(parts, count);
  pool_.Run(cuts.tasks(), [&](int64_t task, int) {
    cuts.Visit(task, [&](int64_t tensor, int64_t first, int64_t length) {
      const AveragePart& part = parts[tensor];
      kernels_.optimizers->average({part.average + first, part.value + first, length}, decay,
                                   OneMinus(decay));
    });
  });
}

}  // namespace nrnn::cpu
